// Plugins of esbuild.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const INDEX = /^\.[^']*\/index\.js$/;

// An index.ts says what others may use of a noun; to esbuild it is one module that needs all it names, so whoever uses
// one function would load the whole noun. Here each import gets what it names from where it is made. Only because
// importing a module of ours does nothing may the index be passed over.
export const pastIndexFiles = {
  name: 'past-index-files',
  setup(build) {
    const handedOut = new Map();
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
      contents: rewrite(readFileSync(path, 'utf8'), dirname(path), handedOut),
      loader: 'ts',
    }));
  },
};

// commander can run subcommands that are programs of their own. Ours are none, and what it loads for them takes 3 ms.
export const withoutPrograms = {
  name: 'without-programs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/node_modules/commander/') ? { path: 'none', namespace: 'none' } : undefined,
    );
    onLoad({ filter: /^none$/, namespace: 'none' }, () => ({ contents: '' }));
  },
};

function rewrite(text, directory, handedOut) {
  const homesOf = (list, index) => groupByHome(list, join(directory, index), handedOut);
  const importFrom = ([file, names]) => `import { ${names.join(', ')} } from '${specifier(directory, file)}';`;
  return text
    .replaceAll(/^import \{([^}]*)\} from '([^']+)';$/gm, (statement, list, from) =>
      INDEX.test(from) ? [...homesOf(list, from)].map(importFrom).join(' ') : statement,
    )
    .replaceAll(/(const \{([^}]*)\} = await import\()'([^']+)'/g, (expression, start, list, from) => {
      const homes = INDEX.test(from) ? [...homesOf(list, from).keys()] : [];
      return homes.length === 1 ? `${start}'${specifier(directory, homes[0])}'` : expression;
    });
}

/** File → names, as an import list has them. What an index makes itself stays there. */
function groupByHome(list, index, handedOut) {
  const groups = new Map();
  for (const item of namesIn(list)) {
    const { file, name } = homeOf(item.name, index, handedOut);
    const text = name === item.as ? name : `${name} as ${item.as}`;
    groups.set(file, [...(groups.get(file) ?? []), item.isType ? `type ${text}` : text]);
  }
  return groups;
}

/** Where a name is made, through as many index files as there are on the way. */
function homeOf(name, file, handedOut) {
  if (!file.endsWith('/index.js')) return { file, name };
  if (!handedOut.has(file)) handedOut.set(file, exportsOf(file));
  const found = handedOut.get(file).get(name);
  return found ? homeOf(found.name, found.file, handedOut) : { file, name };
}

function exportsOf(index) {
  const text = readFileSync(index.replace(/\.js$/, '.ts'), 'utf8');
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '(\.[^']+)';$/gm)];
  return new Map(
    lists.flatMap(([, list, from]) =>
      namesIn(list).map(({ name, as }) => [as, { name, file: join(dirname(index), from) }]),
    ),
  );
}

const namesIn = (list) =>
  list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => {
      const [, isType, name, as = name] = /^(type )?(\w+)(?: as (\w+))?$/.exec(item);
      return { isType: isType !== undefined, name, as };
    });

function specifier(directory, file) {
  const path = relative(directory, file);
  return path.startsWith('.') ? path : `./${path}`;
}

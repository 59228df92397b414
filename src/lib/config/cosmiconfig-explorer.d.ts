// cosmiconfig marks its Explorer as internal and strips its types; `search.ts` says why we use it all the same.
declare module 'cosmiconfig/dist/Explorer.js' {
  interface ExplorerOptions {
    readonly moduleName: string;
    readonly searchPlaces: readonly string[];
    readonly loaders: Readonly<Record<string, (file: string, text: string) => unknown>>;
    readonly searchStrategy: 'none';
    readonly ignoreEmptySearchPlaces: boolean;
    readonly metaConfigFilePath: null;
    readonly cache: boolean;
    readonly transform: <Result>(result: Result) => Result;
  }
  export class Explorer {
    constructor(options: ExplorerOptions);
    search(directory: string): Promise<{ readonly filepath: string } | null>;
  }
}

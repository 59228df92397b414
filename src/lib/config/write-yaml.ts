/** Data as YAML for people and programs. */

/** Keys in their order, comments on top; lines are not folded, for a query is read as one. */
export async function writeYaml(data: unknown, comments: readonly string[]): Promise<string> {
  const { default: yaml } = await import('yaml');
  const document = new yaml.Document(data);
  document.commentBefore = comments.map((line) => ` ${line}`).join('\n');
  return document.toString({ lineWidth: 0 });
}

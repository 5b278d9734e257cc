/** One stage of a Dockerfile, with its instructions in order. */
export interface Stage {
  readonly name: string | null;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

/** An instruction, such as `COPY` with `--from=build /app/dist ./dist`. */
interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

/** Parses the part of the Dockerfile syntax that deploy/Dockerfile uses. @throws Error for a line before the first FROM */
export function parseDockerfile(dockerfile: string): Stage[] {
  const stages: { name: string | null; image: string; instructions: Instruction[] }[] = [];
  const withoutComments = dockerfile.replace(/^[ \t]*#.*\n/gm, '');
  for (const line of withoutComments.replace(/\\\n\s*/g, '').split('\n')) {
    if (line.trim() === '') continue;
    const [, keyword = '', text = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const from = keyword === 'FROM' ? /^(\S+)(?: AS (\S+))?$/.exec(text) : null;
    const stage = stages.at(-1);
    if (from !== null) stages.push({ image: from[1] ?? '', name: from[2] ?? null, instructions: [] });
    else if (stage === undefined) throw new Error(`not in a stage: ${line}`);
    else stage.instructions.push({ keyword, text });
  }
  return stages;
}

/** The flags of an instruction by name, and its other words. */
export function parseWords(text: string): { flags: ReadonlyMap<string, string>; words: readonly string[] } {
  const words = text.split(/\s+/);
  const flags = words.flatMap((word) => {
    const [, name, value] = /^--([\w-]+)=(.*)$/.exec(word) ?? [];
    return name === undefined ? [] : [[name, value ?? ''] as const];
  });
  return { flags: new Map(flags), words: words.filter((word) => !word.startsWith('--')) };
}

/** The program and arguments of `CMD`, which must have the JSON form: with the shell form, a shell receives the signals. */
export function parseCommand(text: string): string[] {
  return JSON.parse(text.slice(text.indexOf('[')));
}

/**
 * Whether a .dockerignore of the form "everything except" admits a path: the line `*`, and then `!path` for each file or
 * folder that belongs to the build context. @throws Error for any other line
 */
export function createContextFilter(dockerignore: string): (path: string) => boolean {
  const [first, ...rest] = dockerignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const admitted = rest.map((line) => line.replace(/^!/, ''));
  if (first !== '*' || rest.some((line) => !/^![\w./-]+$/.test(line)))
    throw new Error('.dockerignore must consist of * and !path lines');
  return (path) => admitted.some((each) => path === each || path.startsWith(`${each}/`));
}

/** The texts of all instructions of a kind, such as `COPY`. */
export function valuesOf({ instructions }: Stage, keyword: string): readonly string[] {
  return instructions.filter((each) => each.keyword === keyword).map(({ text }) => text);
}

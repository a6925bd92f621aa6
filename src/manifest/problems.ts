/** Something that is wrong with a manifest, and where. */
export interface Problem {
  /** The path as it is to be shown. */
  readonly file: string
  /** From 1 on. */
  readonly line: number
  /** From 1 on. */
  readonly column: number
  /** The problem. */
  readonly message: string
}

/** Where something is in a manifest: keys and indexes from its root. */
export type Path = readonly PropertyKey[]

/** All that is wrong with a manifest: the `cause` of the `E_CONFIG` that refuses it. */
export class ManifestProblems extends Error {
  /** The name of the class. */
  override readonly name = 'ManifestProblems'
  /** In the order of the files. */
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemLine).join('\n'))
    this.problems = problems
  }
}

/** `exports.yaml:3:5: message`, the form that editors and continuous integration make links of. */
export function problemLine({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`
}

/** `exports[1].limit`, or `the manifest`. */
export function labelOf(path: Path): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text === '' ? 'the manifest' : text.replace(/^\./, '')
}

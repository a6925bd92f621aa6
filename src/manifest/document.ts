import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import { messageOf } from '../errors.js'
import type { Problem } from './problems.js'

/** Where something is in a YAML document: keys and indexes from its root. */
export type Path = readonly PropertyKey[]

/** A YAML file as plain values, which remembers where each of them stood. */
export class ManifestDocument {
  /** The path as it is to be shown. */
  readonly file: string
  /** What is wrong with the YAML itself; the value is then not to be used. */
  readonly problems: readonly Problem[]
  readonly #document: Document.Parsed
  readonly #lines = new LineCounter()
  readonly #source: string

  constructor(source: string, file: string) {
    this.file = file
    this.#source = source
    this.#document = parseDocument(source, { lineCounter: this.#lines, prettyErrors: false })
    const { errors, warnings } = this.#document
    this.problems = [
      ...[...errors, ...warnings].map(({ pos, message }) => this.#at(pos[0], messageOf(message))),
      ...this.#lostAliases(),
    ]
  }

  /** Throws where aliases multiply beyond measure. */
  value(): unknown {
    return this.#document.toJS()
  }

  /** Whether there is something at `path`. */
  has(path: Path): boolean {
    return this.#walk(path).whole
  }

  /** A problem with the value at `path`, or with the innermost thing around it that is there. */
  problem(path: Path, message: string): Problem {
    return this.#at(this.#nodeAt(path).range?.[0] ?? 0, message)
  }

  /** A problem with a key of the mapping at `path`. */
  keyProblem(path: Path, key: string, message: string): Problem {
    const map = this.#nodeAt(path)
    const pair = isMap(map) ? map.items.find((item) => String(item.key) === key) : undefined
    const node = pair && isNode(pair.key) ? pair.key : map
    return this.#at(node.range?.[0] ?? 0, message)
  }

  /** A problem with the `nth` place, from 0 on, where `part` stands in the scalar at `path`. */
  partProblem(path: Path, part: string, nth: number, message: string): Problem {
    const [from = 0, to = 0] = this.#nodeAt(path).range ?? []
    let at = this.#source.indexOf(part, from)
    for (let i = 0; i < nth && at !== -1; i++) at = this.#source.indexOf(part, at + part.length)
    return this.#at(at === -1 || at >= to ? from : at, message)
  }

  #lostAliases(): Problem[] {
    const problems: Problem[] = []
    visit(this.#document, {
      Alias: (_, alias) => {
        if (alias.resolve(this.#document) !== undefined) return
        problems.push(this.#at(alias.range?.[0] ?? 0, `there is no anchor ${alias.source} before this`))
      },
    })
    return problems
  }

  #nodeAt(path: Path): Node {
    return this.#walk(path).node
  }

  /** The innermost node on the way, and whether that is the end of it. An alias stands for what it names. */
  #walk(path: Path): { node: Node; whole: boolean } {
    let node: Node = this.#document.contents ?? this.#document.createNode(null)
    for (const key of path) {
      const next: unknown = isCollection(node) ? node.get(key, true) : undefined
      const resolved = isAlias(next) ? next.resolve(this.#document) : next
      if (!isNode(resolved)) return { node, whole: false }
      node = resolved
    }
    return { node, whole: true }
  }

  #at(offset: number, message: string): Problem {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col), message }
  }
}

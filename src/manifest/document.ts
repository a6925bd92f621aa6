import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from 'yaml'
import { messageOf } from '../errors.js'
import { labelOf, type Path, type Problem } from './problems.js'

/** More values than a manifest of 10,000 exports with every key has, and few enough to be checked in seconds. */
const MOST_VALUES = 2_000_000

/** A YAML file as plain values, which remembers where each of them stood. */
export class ManifestDocument {
  /** The path as it is to be shown. */
  readonly file: string
  /** Errors of the YAML itself; do not use the value if there are any. */
  readonly problems: readonly Problem[]
  readonly #document: Document.Parsed
  readonly #lines = new LineCounter()
  readonly #targets = new Map<Alias, Node>()
  readonly #source: string
  readonly #isObject: boolean

  /** @param isObject whether its text is not what somebody has written: problems then say where they are by keys as well */
  constructor(source: string, file: string, isObject = false) {
    this.file = file
    this.#isObject = isObject
    this.#source = source
    this.#document = parseDocument(source, {
      lineCounter: this.#lines,
      prettyErrors: false,
      merge: true,
    })
    const { errors, warnings } = this.#document
    this.problems = [
      ...[...errors, ...warnings].map((error) => this.#at(error.pos[0], textOfError(error))),
      ...this.#followAliases(),
    ]
  }

  /** The whole as plain values; to be called when there are no problems. */
  value(): unknown {
    // The number of aliases means nothing: what they stand for was counted.
    return this.#document.toJS({ maxAliasCount: -1 })
  }

  /** Whether there is something at `path`. */
  has(path: Path): boolean {
    return this.#walk(path).whole
  }

  /** A problem with the value at `path`, or with the innermost thing around it that is there. */
  problem(path: Path, message: string): Problem {
    return this.#at(this.#nodeAt(path).range?.[0] ?? 0, this.#labelled(path, message))
  }

  /** A problem with a key of the mapping at `path`. */
  keyProblem(path: Path, key: string, message: string): Problem {
    const map = this.#nodeAt(path)
    const pair = isMap(map) ? map.items.find((item) => String(item.key) === key) : undefined
    const node = pair && isNode(pair.key) ? pair.key : map
    return this.#at(node.range?.[0] ?? 0, this.#labelled(path, message))
  }

  /** A problem with the `nth` place, from 0 on, where `part` stands in the scalar at `path`. */
  partProblem(path: Path, part: string, nth: number, message: string): Problem {
    const [from = 0, to = 0] = this.#nodeAt(path).range ?? []
    let at = this.#source.indexOf(part, from)
    for (let i = 0; i < nth && at !== -1; i++) at = this.#source.indexOf(part, at + part.length)
    return this.#at(at === -1 || at >= to ? from : at, this.#labelled(path, message))
  }

  #labelled(path: Path, message: string): string {
    const label = labelOf(path)
    return !this.#isObject || message.startsWith(label) ? message : `${label}: ${message}`
  }

  /** Finds what each alias stands for, in one walk, and counts the values that there are with all of them filled in. */
  #followAliases(): Problem[] {
    const problems: Problem[] = []
    const anchors = new Map<string, Node>()
    /** How many values a node stands for; nothing while the walk is inside of it. */
    const sizes = new Map<unknown, number>()
    const sizeOfAlias = (alias: Alias): number => {
      const target = anchors.get(alias.source)
      if (target === undefined) {
        problems.push(this.#at(alias.range?.[0] ?? 0, `there is no anchor ${alias.source} before this`))
        return 0
      }
      this.#targets.set(alias, target)
      const size = sizes.get(target)
      if (size === undefined)
        problems.push(this.#at(alias.range?.[0] ?? 0, `the anchor ${alias.source} would hold itself`))
      return size ?? 0
    }
    const sizeOf = (node: unknown): number => {
      if (isAlias(node)) return sizeOfAlias(node)
      if (isPair(node)) return sizeOf(node.key) + sizeOf(node.value)
      if (isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, node)
      const items: readonly unknown[] = isCollection(node) ? node.items : []
      const size = items.reduce((sum: number, item) => sum + sizeOf(item), 1)
      sizes.set(node, size)
      return size
    }
    const size = sizeOf(this.#document.contents)
    if (size > MOST_VALUES)
      problems.push(
        this.#at(0, `its aliases stand for ${size} values; ${MOST_VALUES} are the most there may be`),
      )
    return problems
  }

  #nodeAt(path: Path): Node {
    return this.#walk(path).node
  }

  /** The innermost node on the way, and whether that is the end of it. An alias stands for what it names. */
  #walk(path: Path): { node: Node; whole: boolean } {
    let node: Node = this.#document.contents ?? this.#document.createNode(null)
    for (const key of path) {
      const resolved = this.#child(node, key)
      if (!isNode(resolved)) return { node, whole: false }
      node = resolved
    }
    return { node, whole: true }
  }

  /** The value of `node` under a key: its own, or by way of a merge key, of which the last wins. */
  #child(node: Node, key: PropertyKey): unknown {
    if (!isCollection(node)) return undefined
    const own = this.#resolved(node.get(key, true))
    if (own !== undefined || !isMap(node)) return own
    const merged = node.items
      .filter(({ key: each }) => isMergeKey(each))
      .map(({ value }) => this.#resolved(value))
    for (const value of merged.flatMap((each) =>
      isSeq(each) ? each.items.map((item) => this.#resolved(item)) : [each],
    )) {
      const found = isNode(value) ? this.#child(value, key) : undefined
      if (found !== undefined) return found
    }
    return undefined
  }

  #resolved(node: unknown): unknown {
    return isAlias(node) ? this.#targets.get(node) : node
  }

  #at(offset: number, message: string): Problem {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col), message }
  }
}

/** `<<`: https://yaml.org/type/merge.html */
function isMergeKey(key: unknown): boolean {
  const value = isScalar(key) ? key.value : undefined
  return value === '<<' || (typeof value === 'symbol' && value.description === '<<')
}

/** The error of the YAML, without the words of the library that reads it. */
function textOfError({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a manifest is one document; a second one begins here'
  return messageOf(message)
}

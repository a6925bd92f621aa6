import {
  type BigIntStats,
  fstatSync,
  lstatSync,
  readlinkSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { SluiceError } from '../errors.js'
import { lockedPath, randomToken } from './names.js'
import { urlScheme } from './url-text.js'

/** A file or a folder that a run uses. */
export interface Place {
  /** Name in messages, such as `the output out.csv`. */
  readonly what: string
  /** An absolute path, a URL, or the number of an open descriptor. */
  readonly at: string | number
  /** Whether its content is read, replaced, or kept there for later runs, which several may do in one folder. */
  readonly use: 'read' | 'write' | 'spool'
  /** Of a folder: the files in it that are the run's own. */
  readonly own?: OwnFiles
}

/** Files that a run makes in a folder under names of its own. */
export interface OwnFiles {
  readonly names: RegExp
  /** Whether they lie in folders below it as well. */
  readonly deep: boolean
}

/** Two places that are one, in the order in which they were given. */
type Pair = readonly [Place, Place]

/** The `cause` of the `E_USAGE` for places that are one. */
export class SharedPlaces extends Error {
  override readonly name = 'SharedPlaces'
  readonly pairs: readonly Pair[]

  constructor(pairs: readonly Pair[]) {
    super(pairs.map(([one, other]) => `${one.what} = ${other.what}`).join(', '))
    this.pairs = pairs
  }

  /** Whether one of them is at this path, as it was given. */
  involves(path: string): boolean {
    return this.pairs.some((pair) => pair.some(({ at }) => at === path))
  }
}

/**
 * Refuses a run that would replace something that it also reads, or write two things into one file.
 *
 * @throws SluiceError `E_USAGE`, with a {@link SharedPlaces} as its cause.
 */
export function refuseSharedPlaces(places: readonly Place[]): void {
  const pairs = sharedPlaces(places)
  const [first] = pairs
  if (first === undefined) return
  const [one, other] = first
  const more = pairs.length === 1 ? '' : `, and ${pairs.length - 1} more`
  throw new SluiceError('E_USAGE', `${one.what} and ${other.what} are the same place${more}`, {
    cause: new SharedPlaces(pairs),
    hint: 'give each a path of its own; nothing was started',
  })
}

/**
 * The places that are one with an earlier one, each with the first such: by their paths without links, by device and inode
 * where they are there, so that hard links count too, and by how the file system itself compares names.
 */
export function sharedPlaces(places: readonly Place[]): Pair[] {
  const seen = new Seen()
  const groups = new Map<string, Located[]>()
  const pairs = new Map<Place, Place>()
  const located = places.flatMap((place) => seen.spotsOf(place.at).map((spot) => ({ place, spot })))
  for (const { place, spot } of located) {
    const group = groups.get(spot.key) ?? []
    groups.set(spot.key, group)
    const same = group.find((other) => clashes(place, other.place) && isSameName(spot, other.spot))
    if (same !== undefined) pairs.set(place, pairs.get(place) ?? same.place)
    // Thousands of exports may read one file or share a spool.
    else if (!group.some((other) => other.place.use === place.use && other.spot.path === spot.path))
      group.push({ place, spot })
  }
  return [
    ...[...pairs].map(([place, before]): Pair => [before, place]),
    ...insideOf(located, seen),
    ...locksAmong(located, seen),
  ]
}

/** Whether two absolute paths lead to one file or folder, through links for example. */
export function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((at): Place => ({ what: at, at, use: 'write' }))
  return one === other || sharedPlaces([a!, b!]).length > 0
}

interface Located {
  readonly place: Place
  readonly spot: Spot
}

function clashes(one: Place, other: Place): boolean {
  if (one === other) return false
  return one.use === 'write' || other.use === 'write' || one.use !== other.use
}

/** Files under the names that a run chooses itself in one of its folders. */
function insideOf(located: readonly Located[], seen: Seen): Pair[] {
  const owners = located.filter(({ place }) => place.own !== undefined)
  if (owners.length === 0) return []
  const byKey = new Map<string, Located[]>()
  for (const owner of owners) byKey.set(owner.spot.key, [...(byKey.get(owner.spot.key) ?? []), owner])
  const ownerOf = (path: string): Place | undefined => {
    let isDeep = false
    for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
      const spot = seen.spotOf(folder)
      const found = byKey.get(spot.key)?.find(({ place: { own }, spot: other }) => {
        return own!.names.test(basename(path)) && (own!.deep || !isDeep) && isSameName(spot, other)
      })
      if (found !== undefined) return found.place
      isDeep = true
    }
    return undefined
  }
  return located.flatMap(({ place, spot }) => {
    const owner = place.own === undefined && spot.path !== undefined ? ownerOf(spot.path) : undefined
    return owner === undefined ? [] : [[owner, place] as Pair]
  })
}

/** Files under the name of the lock that the run takes on another one. */
function locksAmong(located: readonly Located[], seen: Seen): Pair[] {
  return located.flatMap(({ place, spot: { path } }) => {
    const locked = path === undefined ? undefined : lockedPath(path)
    if (locked === undefined) return []
    const spot = seen.spotOf(locked)
    const owner = located.find(
      ({ place: { use }, spot: other }) =>
        use !== 'read' && other.key === spot.key && isSameName(other, spot),
    )?.place
    return owner === undefined ? [] : [[{ ...owner, what: `the lock of ${owner.what}` }, place] as Pair]
  })
}

/** Where something lies, or will lie. */
interface Spot {
  /** The same for all spots that may be one: what is there, and the folded names of what is not there yet. */
  readonly key: string
  /** The nearest folder that is there, for what is not. */
  readonly folder: string
  /** Names of what is not there, from that folder on. */
  readonly missing: readonly string[]
  /** Without links. */
  readonly path: string | undefined
}

/** Most links in a row that a system follows. */
const MOST_LINKS = 40

/** Cached look-ups: the outputs of a manifest share their folders. */
class Seen {
  readonly #spots = new Map<string, Spot>()

  /** None for a device, which holds nothing that could be lost. */
  spotsOf(at: string | number): Spot[] {
    if (typeof at === 'string') {
      const spot = this.spotOf(at)
      return spot.key === DEVICE ? [] : [spot]
    }
    const open = { key: `fd ${at}`, folder: '', missing: [], path: undefined }
    const key = attempt(() => keyOf(fstatSync(at, { bigint: true })))
    return key === undefined || key === DEVICE ? [open] : [open, { ...open, key }]
  }

  spotOf(path: string): Spot {
    const known = this.#spots.get(path)
    if (known !== undefined) return known
    const spot = this.#look(path, MOST_LINKS)
    this.#spots.set(path, spot)
    return spot
  }

  #look(path: string, links: number): Spot {
    // In an object store each key is one place; a server may have links, which cannot be asked for before a run.
    if (urlScheme(path) !== undefined) return { key: path, folder: path, missing: [], path }
    const found = attempt(() => statSync(path, { bigint: true, throwIfNoEntry: false }))
    if (found !== undefined) return { key: keyOf(found), folder: path, missing: [], path }
    // A link to what is not there stands for what it names.
    const itself = links === 0 ? undefined : attempt(() => lstatSync(path, { throwIfNoEntry: false }))
    const link = itself?.isSymbolicLink() ? attempt(() => readlinkSync(path)) : undefined
    if (link !== undefined) return this.#look(resolve(dirname(path), link), links - 1)
    const above = dirname(path)
    if (above === path) return { key: path, folder: path, missing: [], path }
    const { key, folder, missing } = this.spotOf(above)
    const name = basename(path)
    return { key: `${key}${sep}${folded(name)}`, folder, missing: [...missing, name], path }
  }
}

const DEVICE = 'device'

function keyOf(found: BigIntStats): string {
  return found.isFile() || found.isDirectory() || found.isFIFO() ? `${found.dev}:${found.ino}` : DEVICE
}

/** Names that some file systems take for one: by case, and by how accents are composed. */
function folded(name: string): string {
  return name.normalize('NFC').toLowerCase().toUpperCase().toLowerCase()
}

/** Whether the file system takes the names of what is not there yet for one. It is asked, where they are not equal. */
function isSameName(one: Spot, other: Spot): boolean {
  const at = one.missing.findIndex((name, i) => name !== other.missing[i])
  if (at === -1) return true
  const prefix = `.${randomToken()}`
  const mine = join(one.folder, prefix + one.missing[at])
  const theirs = join(one.folder, prefix + other.missing[at])
  try {
    writeFileSync(mine, '', { flag: 'wx', mode: 0o600 })
  } catch {
    // Nothing can be written there.
    return false
  }
  const same = attempt(() => statSync(theirs)) !== undefined
  attempt(() => unlinkSync(mine))
  return same
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

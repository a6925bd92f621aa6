import { randomInt } from 'node:crypto'
import { asSluiceError, sleep, throwIfAborted } from '../../abort.js'
import { SluiceError } from '../../errors.js'

/** Makes a new text of the one that is there, `undefined` for none. It may be called more than once. */
export type TextChange = (text: string | undefined) => Promise<string | undefined>

/** A text that is there, and what the store calls this version of it; both `undefined` without one. */
export interface VersionedText {
  readonly text: string | undefined
  readonly version: string | undefined
}

/** One text in a store that tells its versions apart. */
export interface VersionedPlace {
  /** Name in messages. */
  readonly name: string
  read(): Promise<VersionedText>
  /** Puts a text in place of a version, or removes that; false when there is another version by now. */
  replace(version: string | undefined, text: string | undefined): Promise<boolean>
  /** The failure of which `cause` is the reason. */
  failure(cause: unknown): SluiceError
}

/** How often a change is made again because another process was quicker, and the longest pause before that, in milliseconds. */
const CHANGES = 40
const LONGEST_PAUSE_MS = 500

/** Changes a text as `Target.edit` does. @throws SluiceError `E_LOCKED` when others keep changing it, and any failure of the place */
export async function editText(
  place: VersionedPlace,
  change: TextChange,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await edited(place, change, signal)
  } catch (error) {
    throw asSluiceError(error, signal, (cause) => place.failure(cause))
  }
}

async function edited(
  place: VersionedPlace,
  change: TextChange,
  signal: AbortSignal | undefined,
): Promise<void> {
  let made: { readonly text: string | undefined } | undefined
  for (let changes = 0; changes < CHANGES; changes++) {
    throwIfAborted(signal)
    const { text: found, version } = await place.read()
    // It was done, and the reply was lost.
    if (made !== undefined && made.text === found) return
    made = { text: await change(found) }
    if (made.text === found || (await place.replace(version, made.text))) return
    await sleep(randomInt(Math.min(LONGEST_PAUSE_MS, 20 * 2 ** changes)), signal)
  }
  throw new SluiceError('E_LOCKED', `${place.name}: other processes keep changing it`)
}

// The tables that texts are written by. Both kernels fill them, as both write numbers and JSON.

import { openDoubles } from './doubles'
import { openEscapes } from './escape'
import { openIntegers } from './integers'
import { openPowers } from './powers'
import { openSpread } from './spread'

/** Must be called before anything is written. */
export function openTables(): void {
  openIntegers()
  openDoubles()
  openPowers()
  openEscapes()
  openSpread()
}

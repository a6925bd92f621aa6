import { isUrl, pathOfUrl } from '../../files/file-url.js'
import type { Surroundings, Target } from './contract.js'
import { pathTarget } from './path.js'

/** A `file:` URL, such as `new URL('out.csv', import.meta.url)`: the path that it names. */
export function urlTarget(destination: unknown, around: Surroundings): Target | undefined {
  return isUrl(destination) ? pathTarget(pathOfUrl(destination, 'outputs'), around) : undefined
}

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

/**
 * `10MB`, `512KiB` or `100B`, in bytes.
 *
 * @throws RangeError whose message is a sentence that says what a size is.
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([a-zA-Z]+)$/.exec(text)
  const unit = UNITS[match?.[2] ?? '']
  const bytes = unit === undefined ? 0 : Math.round(Number(match![1]) * unit)
  if (bytes < 1) throw new RangeError('Sizes are 10MB, 512KiB or 100B.')
  return bytes
}

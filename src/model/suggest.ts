/** `; did you mean x?` when one of `known` is close to `name`, or the only one that begins so, else nothing. */
export function suggestion(name: string, known: readonly string[]): string {
  // Of two that are as close, the one that was begun is meant: utf-16 is utf-16le rather than utf-8.
  const begun = (candidate: string) => Number(candidate.toLowerCase().startsWith(name.toLowerCase()))
  const closest = known
    .map((candidate) => ({ candidate, edits: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits || begun(b.candidate) - begun(a.candidate))[0]
  const close = closest !== undefined && closest.edits <= Math.max(1, Math.floor(name.length * 0.4))
  const begunOnes = name.length < 2 ? [] : known.filter((candidate) => begun(candidate) === 1)
  const meant = close ? closest.candidate : begunOnes.length === 1 ? begunOnes[0] : undefined
  return meant === undefined ? '' : `; did you mean ${meant}?`
}

/** Edits from one text to another, two swapped neighbours counting as one (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const edits = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = swapped ? Math.min(edits, rows[i - 2]![j - 2]! + 1) : edits
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

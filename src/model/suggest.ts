/** `; did you mean x?` when one of `known` is close to `name`, else nothing. */
export function suggestion(name: string, known: readonly string[]): string {
  const closest = known
    .map((candidate) => ({ candidate, edits: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)[0]
  const close = closest !== undefined && closest.edits <= Math.max(1, Math.floor(name.length * 0.4))
  return close ? `; did you mean ${closest.candidate}?` : ''
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

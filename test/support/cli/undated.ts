/** The lines of a log without the times that `run` puts in front of them. */
export function undated(text: string): string {
  return text.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d) /gm, '')
}

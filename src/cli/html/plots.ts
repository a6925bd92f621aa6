import { html, type Markup } from './markup.js'

/** One bar of a plot. */
export interface Bar {
  /** Its meaning, for the tooltip. */
  readonly label: string
  /** From 0 on; undefined where nothing is known. */
  readonly value: number | undefined
  /** Of something that went wrong. */
  readonly isBad?: boolean
}

const HEIGHT = 72
/** Width of a bar with the gap behind it. */
const STEP = 10

/** Bars that fill the width; the numbers stand beside it as text, since a plot that is stretched would stretch them. */
export function barPlot(title: string, bars: readonly Bar[]): Markup {
  const most = Math.max(...bars.map(({ value = 0 }) => value), 0)
  const width = Math.max(1, bars.length) * STEP
  const shapes = bars.map(({ label, value, isBad }, i) => {
    // Any count above zero is visible, and so is a failure.
    const height =
      value === undefined || most === 0
        ? isBad
          ? 6
          : 0
        : value === 0
          ? 0
          : Math.max(1.5, (value / most) * (HEIGHT - 2))
    const gap = bars.length > 120 ? 0 : bars.length > 40 ? 1 : 2
    return html`<g><title>${label}</title><rect x="${i * STEP}" y="0" width="${STEP}" height="${HEIGHT}" fill="transparent"/><rect class="${isBad ? 'bad' : 'b'}" x="${i * STEP + gap / 2}" y="${round(HEIGHT - height)}" width="${STEP - gap}" height="${round(height)}"/></g>`
  })
  return html`<svg viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${title}"><line class="axis" x1="0" x2="${width}" y1="${HEIGHT}" y2="${HEIGHT}"/>${shapes}</svg>`
}

/** A bar of a part of the whole, from 0 to 1. */
export function shareBar(share: number, label: string): Markup {
  const part = Math.min(100, Math.max(share > 0 ? 0.5 : 0, share * 100))
  return html`<svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="${label}"><rect class="s" width="100" height="4"/><rect class="b" width="${round(part)}" height="4"/></svg>`
}

/** Labels below a plot at its two ends. */
export function ends(from: string, to: string): Markup {
  return html`<div class="ends"><span>${from}</span><span>${to}</span></div>`
}

function round(n: number): number {
  return Math.round(n * 100) / 100
}

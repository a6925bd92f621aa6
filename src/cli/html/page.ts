import { createHash } from 'node:crypto'
import { VERSION } from '../../version.js'
import { cut, html, type Markup, trusted } from './markup.js'

const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--panel:#f7f8fa;--ink:#1b2330;--dim:#5b6675;--line:#dde2e9;--bar:#2f6fde;--soft:#d5e3fb;--good:#1a7f45;--bad:#c0322b;--warn:#8f5b00}
@media(prefers-color-scheme:dark){:root{--bg:#12161d;--panel:#1a202a;--ink:#e4e9f1;--dim:#98a4b5;--line:#303947;--bar:#6ea2ff;--soft:#26395c;--good:#5fd08e;--bad:#ff8a80;--warn:#f0b95a}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
main,header,footer{max-width:1180px;margin:0 auto;padding:0 24px}
header{padding-top:32px}
h1{font-size:24px;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:18px;margin:40px 0 12px}
h3{font-size:15px;margin:0;overflow-wrap:anywhere}
p{margin:0 0 12px}
.dim,footer{color:var(--dim)}
footer{padding-top:32px;padding-bottom:40px;font-size:13px}
.facts{display:flex;flex-wrap:wrap;gap:12px 32px;border:1px solid var(--line);border-radius:8px;background:var(--panel);padding:12px 16px;margin:16px 0}
.facts div{min-width:0}
dt{font-size:12px;color:var(--dim)}
dd{margin:0;font-weight:600;overflow-wrap:anywhere}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:8px}
.scroll:focus-visible,a:focus-visible,summary:focus-visible{outline:2px solid var(--bar);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:6px 12px;text-align:left;border-top:1px solid var(--line);vertical-align:top;white-space:nowrap}
thead th{border-top:0;font-size:12px;font-weight:600;color:var(--dim);background:var(--panel)}
tbody th{font-weight:600}
td.n,th.n{text-align:right}
.v{white-space:normal;overflow-wrap:anywhere;min-width:8em;unicode-bidi:isolate}
td .v,th .v{display:inline-block;width:max-content;max-width:min(26em,55vw);min-width:0}
.null{color:var(--dim);font-style:italic}
a{color:var(--bar);text-decoration:none}a:hover{text-decoration:underline}
.cards{display:grid;align-items:start;grid-template-columns:repeat(auto-fill,minmax(min(330px,100%),1fr));gap:16px}
.card{border:1px solid var(--line);border-radius:8px;padding:14px 16px;min-width:0}
.card p{font-size:13px;margin:2px 0 10px}
svg{display:block;width:100%;height:72px;overflow:visible}
svg.share{height:6px;margin-top:4px;border-radius:3px;overflow:hidden}
td svg.share{min-width:72px;max-width:140px;margin-left:auto}
.scroll+p{margin-top:8px;font-size:13px}
svg .b{fill:var(--bar)}svg .s{fill:var(--soft)}svg .bad{fill:var(--bad)}svg .axis{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke}
.ends{display:flex;justify-content:space-between;gap:16px;font-size:12px;color:var(--dim);margin-top:4px}
.ends span{overflow-wrap:anywhere;min-width:0}.ends span+span{text-align:right}
.plot{margin-bottom:14px}.plot h4{font-size:12px;font-weight:600;color:var(--dim);margin:0 0 6px;display:flex;justify-content:space-between;gap:12px}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(330px,100%),1fr));gap:8px 32px}
.top{list-style:none;margin:0;padding:0;font-size:13px}
.top li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 12px;padding:3px 0}
.top .v{min-width:0;display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden}
.top svg{grid-column:1/-1;height:4px;margin:2px 0 0}
details{font-size:13px;margin-top:8px}summary{cursor:pointer;color:var(--dim);border-radius:4px}
details table{font-size:13px;margin-top:6px}details th,details td{padding:3px 8px}
.chip{font-size:12px;font-weight:600;border:1px solid;border-radius:999px;padding:1px 9px;white-space:nowrap}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
.row{display:flex;flex-wrap:wrap;align-items:baseline;gap:6px 12px;margin:40px 0 12px}.row h2{margin:0;overflow-wrap:anywhere}
@media(max-width:560px){main,header,footer{padding-left:14px;padding-right:14px}th,td{padding:6px 8px}}
@media print{.scroll{overflow:visible}.card,section{break-inside:avoid}}
`

/** No script, no network: only this one style, by its hash. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`

interface Page {
  readonly title: string
  readonly subtitle: string
  readonly facts: readonly Fact[]
  readonly body: readonly Markup[]
  /** Milliseconds since 1970. */
  readonly now: number
}

/** A name and a value; one without a value is left out. */
export type Fact = readonly [name: string, value: string | null | undefined]

/** The first characters of a page, in small letters. */
export const PAGE_BEGIN = '<!doctype html>'

/** One file: no script, nothing from elsewhere. */
export function pageText({ title, subtitle, facts, body, now }: Page): string {
  const made = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z')
  return html`${trusted(PAGE_BEGIN)}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="dim">${subtitle}</p>
${factList(facts)}
</header>
<main>
${body}
</main>
<footer>Made ${made} by td-sluice ${VERSION}.</footer>
</body>
</html>
`.text
}

export function factList(facts: readonly Fact[]): Markup {
  const given = facts.filter(([, value]) => value !== null && value !== undefined && value !== '')
  return html`<dl class="facts">${given.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value!}</dd></div>`)}</dl>`
}

/** One column of a table: its heading, and whether it has numbers. */
export type Heading = readonly [name: string, kind?: 'n']

/** A table that scrolls by itself on narrow screens, by keyboard as well. The first cell of a row is its heading. */
export function tableMarkup(
  label: string,
  headings: readonly Heading[],
  rows: readonly (readonly Markup[])[],
): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${plainTable(headings, rows)}</div>`
}

/** The same where it is as wide as its place. */
export function plainTable(headings: readonly Heading[], rows: readonly (readonly Markup[])[]): Markup {
  const head = headings.map(([name, kind]) => html`<th scope="col"${classOf(kind)}>${name}</th>`)
  const body = rows.map(
    (row) =>
      html`<tr>${row.map((cell, i) =>
        i === 0
          ? html`<th scope="row"${classOf(headings[i]?.[1])}>${cell}</th>`
          : html`<td${classOf(headings[i]?.[1])}>${cell}</td>`,
      )}</tr>\n`,
  )
  return html`<table><thead><tr>${head}</tr></thead><tbody>\n${body}</tbody></table>`
}

function classOf(kind: 'n' | undefined): Markup | undefined {
  return kind && trusted(` class="${kind}"`)
}

/** A text of any length, isolated from the direction of what is around it. */
export function valueMarkup(text: string, longest = 120): Markup {
  return html`<bdi class="v">${cut(text, longest)}</bdi>`
}

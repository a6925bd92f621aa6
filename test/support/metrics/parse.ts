import { strict as assert } from 'node:assert'

export interface MetricFamily {
  readonly help: string
  readonly type: string
  /** By the labels as JSON, their names in order. */
  readonly samples: Map<string, number>
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)/

/**
 * Reads metrics as strictly as the format can be read: a HELP and a TYPE line before the samples of a family, all of which stand
 * together, no sample twice, no times, a line end at the end.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function parseMetrics(text: string): Map<string, MetricFamily> {
  assert.ok(text.endsWith('\n'), 'ends with a line end')
  const families = new Map<string, MetricFamily>()
  const lines = text.split('\n').slice(0, -1)
  for (let i = 0; i < lines.length; ) {
    const [, name, help] =
      new RegExp(`^# HELP (${NAME}) (.+)$`).exec(lines[i++]!) ?? assert.fail(lines[i - 1])
    const [, typed, type] =
      new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`).exec(lines[i++]!) ??
      assert.fail(lines[i - 1])
    assert.equal(typed, name)
    assert.doesNotMatch(help!, /\\(?![\\n])/)
    assert.ok(!families.has(name!), `${name} is one group of lines`)
    const samples = new Map<string, number>()
    for (; i < lines.length && !lines[i]!.startsWith('#'); i++) {
      const [, of, labels, value] =
        new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`).exec(lines[i]!) ?? assert.fail(lines[i])
      assert.equal(of, name)
      assert.match(value!, /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$/)
      const key = JSON.stringify(labelsOf(labels ?? ''))
      assert.ok(!samples.has(key), `${lines[i]} is there once`)
      samples.set(key, Number(value))
    }
    assert.ok(samples.size > 0, `${name} has samples`)
    families.set(name!, { help: help!, type: type!, samples })
  }
  return families
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let rest = text; rest !== ''; ) {
    const [whole, name, value] = LABEL.exec(rest) ?? assert.fail(`labels: ${rest}`)
    assert.ok(!Object.hasOwn(labels, name!), `label ${name} is there once`)
    labels[name!] = value!.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped))
    rest = rest.slice(whole.length)
  }
  return labels
}

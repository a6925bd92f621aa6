#!/usr/bin/env node
// The installed command. The most frequent question of scripts is answered before anything else is loaded.
import { writeSync } from 'node:fs'
import { VERSION } from '../version.js'

const args = process.argv.slice(2)
const isQuestion = args.length === 1 && (args[0] === '--version' || args[0] === '-V')
if (!isQuestion || !tellVersion()) void import('./run-main.js').then(({ runMain }) => runMain())

/**
 * Without `process.stdout`: to make that stream takes a tenth of Node's own start. Where stdout does not take the line at once, as
 * on a full disk, this returns false: all of the command knows how to wait, and how to fail.
 */
function tellVersion(): boolean {
  const line = `${VERSION}\n`
  try {
    return writeSync(1, line) === line.length
  } catch {
    return false
  }
}

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Test } from 'tap'

const BIN = join(
  dirname(createRequire(import.meta.url).resolve('yaml-language-server/package.json')),
  'bin/yaml-language-server',
)

/** A complaint of the editor about a text, its line counted from 1. */
export interface Diagnostic {
  readonly line: number
  readonly message: string
}

interface Message {
  readonly id?: number
  readonly method?: string
  // biome-ignore lint/suspicious/noExplicitAny: results and parameters of some forty kinds
  readonly params?: any
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly result?: any
  readonly error?: { readonly message: string }
}

/** What an editor shows of an open file. */
interface OpenFile {
  readonly diagnostics: readonly Diagnostic[]
  /** The text over the place, counted from 0 as editors do; empty where there is none. */
  hover(line: number, character: number): Promise<string>
  /** What may be typed at a place. */
  complete(line: number, character: number): Promise<string[]>
}

/** The language server of YAML that editors use, spoken to as they do: the protocol LSP over its stdin and stdout. */
export async function startLanguageServer(t: Test) {
  const child = spawn(process.execPath, [BIN, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const waiting = new Map<
    number,
    { resolve: (result: Message['result']) => void; reject: (e: Error) => void }
  >()
  const diagnosed = new Map<string, (found: readonly Diagnostic[]) => void>()
  const send = (message: Message) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }
  let ids = 0
  const request = (method: string, params: object | null) =>
    new Promise<Message['result']>((resolve, reject) => {
      waiting.set(++ids, { resolve, reject })
      send({ id: ids, method, params })
    })
  const got = ({ id, method, params, result, error }: Message) => {
    if (method === undefined) {
      const { resolve, reject } = waiting.get(id!)!
      waiting.delete(id!)
      if (error === undefined) resolve(result)
      else reject(new Error(error.message))
    } else if (id !== undefined) {
      send({ id, result: method === 'workspace/configuration' ? params.items.map(() => ({})) : null })
    } else if (method === 'textDocument/publishDiagnostics') {
      diagnosed.get(params.uri)?.(
        params.diagnostics.map((found: { message: string; range: { start: { line: number } } }) => ({
          line: found.range.start.line + 1,
          message: found.message,
        })),
      )
    }
  }
  eachMessage(child.stdout, got)
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the language server ended with ${code}`))
  })
  const textDocument = { publishDiagnostics: {}, hover: { contentFormat: ['plaintext'] }, completion: {} }
  await request('initialize', { processId: process.pid, rootUri: null, capabilities: { textDocument } })
  send({ method: 'initialized', params: {} })
  return {
    /** Opens a file that may not be there, and waits for what the editor says of it. */
    async open(path: string, text: string): Promise<OpenFile> {
      const uri = String(pathToFileURL(path))
      const found = new Promise<readonly Diagnostic[]>((resolve) => diagnosed.set(uri, resolve))
      const opened = { uri, languageId: 'yaml', version: 1, text }
      send({ method: 'textDocument/didOpen', params: { textDocument: opened } })
      const at = (line: number, character: number) => ({
        textDocument: { uri },
        position: { line, character },
      })
      return {
        diagnostics: await found,
        async hover(line, character) {
          return (await request('textDocument/hover', at(line, character)))?.contents.value ?? ''
        },
        async complete(line, character) {
          const { items } = await request('textDocument/completion', at(line, character))
          return items.map(({ label }: { label: string }) => label)
        },
      }
    },
  }
}

/** Calls `got` with each message that comes in. */
function eachMessage(stream: NodeJS.ReadableStream, got: (message: Message) => void): void {
  let rest = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const end = rest.indexOf('\r\n\r\n')
      const [, length] = /Content-Length: (\d+)/.exec(rest.subarray(0, Math.max(end, 0)).toString()) ?? []
      const from = end + 4
      if (length === undefined || rest.length < from + Number(length)) return
      const body = rest.subarray(from, from + Number(length)).toString()
      rest = rest.subarray(from + Number(length))
      got(JSON.parse(body))
    }
  })
}

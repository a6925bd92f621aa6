import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'

/** What is used here of the JavaScript API of WebAssembly; its types come only with those of a browser. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: unknown
  }
}

/** What the WebAssembly module exports; each is explained in assembly/index.ts. Addresses and lengths are bytes. */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  configure(
    format: number,
    invalidUtf8: number,
    special: number,
    quoteIntegers: number,
    escapeFormulas: number,
    crlf: number,
    delimiter: number,
  ): void
  configureLimits(rowBytes: number, cellBytes: number, depth: number, columns: number, rows: number): void
  allocate(bytes: number): number
  configurePlan(
    width: number,
    columns: number,
    table: number,
    straight: number,
    nullAt: number,
    nullLength: number,
  ): void
  open(output: number, reserve: number, input: number): void
  reserve(bytes: number): number
  advance(bytes: number): number
  outputAt(): number
  outputLength(): number
  clearOutput(): void
  pendingBytes(): number
  rowsDone(): number
  replacedTexts(): number
  failureKind(): number
  failureColumn(): number
  failureGot(): number
  failureTextAt(): number
  failureTextLength(): number
}

let compiled: WebAssembly.Module | undefined

/** A fresh instance with its own memory. The module is compiled when the first one is needed, once per process. */
export function instantiate(): KernelExports {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('kernel.wasm', import.meta.url)))
  const { exports } = new WebAssembly.Instance(compiled, {
    cast: {
      // A decimal number that is not simple enough for one exact operation. JavaScript rounds it correctly.
      parseDouble: (at: number, bytes: number) =>
        Number(Buffer.from(kernel.memory.buffer, at, bytes).toString('latin1')),
    },
  })
  const kernel = exports as KernelExports
  return kernel
}

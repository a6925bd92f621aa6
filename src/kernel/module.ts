import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { shortageError } from '../errors.js'
import { nearestDouble } from './nearest-double.js'

/** The part of the JavaScript API of WebAssembly that is used here; its types come only with those of a browser. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: Imports)
    readonly exports: unknown
  }
}

/** Functions that a module calls, by the file that declares them. */
export type Imports = Record<string, Record<string, (a: number, b: number, c: number) => unknown>>

/**
 * The module in base64, put in by scripts/bundle.mjs: a bundler that takes the built package into a program moves its
 * code, but not the files beside it. The sources read the file.
 */
declare const KERNEL_WASM: string | undefined

const compiled = new Map<string, WebAssembly.Module>()

/**
 * A fresh instance of a module of the kernel, with its own memory. The module is compiled when the first instance is
 * needed, once per process.
 *
 * @param name tells modules apart
 * @param bytes the module, read when it is compiled
 */
export function instantiate<Exports>(name: string, bytes: () => Uint8Array, imports: Imports): Exports {
  let module = compiled.get(name)
  if (module === undefined) {
    module = new WebAssembly.Module(bytes())
    compiled.set(name, module)
  }
  try {
    return new WebAssembly.Instance(module, imports).exports as Exports
  } catch (error) {
    throw shortageError(error) ?? error
  }
}

/** Exports of the WebAssembly module; each is explained in assembly/index.ts. Addresses and lengths are bytes. */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  configure(
    format: number,
    invalidUtf8: number,
    special: number,
    quoteIntegers: number,
    escapeFormulas: number,
    crlf: number,
    quoting: number,
    decimalComma: number,
  ): void
  configureDelimiter(at: number, bytes: number, character: number): void
  configureLimits(rowBytes: number, cellBytes: number, depth: number, columns: number, rows: number): void
  allocate(bytes: number): number
  configurePlan(
    width: number,
    columns: number,
    table: number,
    shapes: number,
    straight: number,
    nullAt: number,
    nullLength: number,
    nullIsScalar: number,
    notesKinds: number,
  ): void
  setKey(blocks: number): void
  open(output: number, reserve: number, input: number): void
  reserve(bytes: number): number
  advance(bytes: number): number
  outputAt(): number
  outputLength(): number
  clearOutput(): void
  pendingBytes(): number
  rowsDone(): number
  replacedTexts(): number
  takeCellKinds(column: number): number
  watchedNulls(column: number): number
  watchedUnhashed(column: number): number
  sortHashes(): number
  hashEnds(): number
  beginRepeats(expected: number): number
  countRepeats(hashes: number): number
  failureKind(): number
  failureColumn(): number
  failureGot(): number
  failureTextAt(): number
  failureTextLength(): number
}

/**
 * Unused instances. Making one takes some GiB of address space, whose release the garbage collector hurries to:
 * a file for each of 700 partitions took six times the processor time when each had an instance of its own.
 */
const idle: KernelExports[] = []

/** A folder begins one file at a time, while a few are being synced. */
const MOST_IDLE = 4

/** Memory of an instance never shrinks. One that a giant row has grown is left to the garbage collector. */
const LARGEST_IDLE = 4 * 1024 * 1024

/**
 * Makes an instance of the kernel now, before a job is issued whose rows could not be read: each takes some GiB of
 * address space, which a process may not have.
 *
 * @throws SluiceError `E_UNSUPPORTED` where there is not enough.
 */
export function reserveKernel(): void {
  if (idle.length === 0) idle.push(newKernel())
}

/** An instance of the kernel, to be configured. @throws SluiceError as {@link reserveKernel}. */
export function instantiateKernel(): KernelExports {
  return idle.pop() ?? newKernel()
}

/** Takes back an instance that is no longer used. Optional. */
export function releaseKernel(kernel: KernelExports): void {
  if (idle.length < MOST_IDLE && kernel.memory.buffer.byteLength <= LARGEST_IDLE) idle.push(kernel)
}

/** An instance of the module that is built in, or of another one: benchmarks compare two. */
export function newKernel(name = 'kernel', bytes: () => Uint8Array = kernelModule): KernelExports {
  const kernel: KernelExports = instantiate(name, bytes, {
    cast: {
      parseDouble: (at, bytes) =>
        nearestDouble(Buffer.from(kernel.memory.buffer, at, bytes).toString('latin1')),
    },
  })
  return kernel
}

function kernelModule(): Uint8Array {
  return typeof KERNEL_WASM === 'string'
    ? Buffer.from(KERNEL_WASM, 'base64')
    : readFileSync(new URL('kernel.wasm', import.meta.url))
}

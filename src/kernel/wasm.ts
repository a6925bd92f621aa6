import { readFileSync } from 'node:fs'

/** What is used here of the JavaScript API of WebAssembly; its types come only with those of a browser. */
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

const compiled = new Map<string, WebAssembly.Module>()

/**
 * A fresh instance of a module of the kernel, with its own memory. The module lies beside this file and is compiled
 * when the first instance is needed, once per process.
 */
export function instantiate<Exports>(name: 'kernel' | 'columns', imports: Imports): Exports {
  let module = compiled.get(name)
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(new URL(`${name}.wasm`, import.meta.url)))
    compiled.set(name, module)
  }
  return new WebAssembly.Instance(module, imports).exports as Exports
}

import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { CompiledModule, SharedMemory } from './module.js'

/**
 * What the thread runs. A text, so that a program's bundler needs no second file, and in words that are both an ES module
 * and a script, as runtimes differ in what they take it for; in a block, as a script has its own `module` and `exports`. It
 * sleeps and works inside of `work` until the stream is over, which ends the thread, as it has nothing to listen to any more.
 */
const CODE = `{
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
  const { module, memory } = workerData
  const wake = () => parentPort.postMessage(0)
  const { exports } = new WebAssembly.Instance(module, { env: { memory }, host: { wake } })
  parentPort.once('message', () => exports.work())
  wake()
}`

/** What becomes of a thread. */
export interface ThreadListener {
  /** It has started, and may begin. */
  onReady(): void
  /** Something has come that was waited for. */
  onWake(): void
  /** It has ended before its time, or could not start. */
  onFailure(error: Error): void
}

/**
 * A thread that inflates in memory that it shares with this one. It does not keep the process running, save where it is
 * held.
 */
export class InflateThread {
  readonly #worker: Worker
  #isReady = false
  #isOver = false

  /** @throws Error where no thread can be had. */
  constructor(shared: { module: CompiledModule; memory: SharedMemory }, listener: ThreadListener) {
    if (isSpaceLimited()) throw new Error('the address space is limited')
    // Nothing of the program's own is to run there: no loaders of its options, and no environment with secrets.
    this.#worker = new Worker(CODE, { eval: true, workerData: shared, execArgv: [], env: {} })
    this.#worker.unref()
    this.#worker.on('message', () => {
      if (this.#isOver) return
      if (this.#isReady) listener.onWake()
      else listener.onReady()
      this.#isReady = true
    })
    this.#worker.on('error', (error) => this.#fail(error, listener))
    this.#worker.on('exit', () => this.#fail(new Error('the thread that inflates has ended'), listener))
  }

  /** Goes to work: nobody else may from now on. */
  begin(): void {
    this.#worker.postMessage(0)
  }

  /** Whether the process is to go on for as long as the thread has something to tell. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#worker.ref()
    else this.#worker.unref()
  }

  /** Nothing is told any more, and the thread ends. */
  close(): void {
    this.#isOver = true
    this.#worker.unref()
    this.#worker.terminate().catch(() => {})
  }

  #fail(error: Error, listener: ThreadListener): void {
    if (this.#isOver) return
    this.#isOver = true
    listener.onFailure(error)
  }
}

/**
 * Whether the address space has a limit (`ulimit -v`). Where V8 finds none for another thread it ends the process, and there
 * is no error to catch.
 */
function isSpaceLimited(): boolean {
  try {
    return !/^Max address space +unlimited/m.test(readFileSync('/proc/self/limits', 'latin1'))
  } catch {
    // Other systems have no such limit, or no such file.
    return false
  }
}

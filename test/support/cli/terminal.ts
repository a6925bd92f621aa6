import { execFileSync, spawnSync } from 'node:child_process'
import { eventually } from '../process/eventually.js'
import { CLI_ARGS } from './run.js'

/** Why tests in a real terminal cannot run here, or false where they can; for the option `skip` of a test. */
export const NO_TERMINAL: string | false =
  spawnSync('tmux', ['-V']).status === 0 ? false : 'tmux is not installed'

/** Whether a program is there; tests of others' shells say so and pass over them. */
export function absent(program: string): string | false {
  return spawnSync(program, ['--version']).status === 0 ? false : `${program} is not installed`
}

export interface TerminalOptions {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Empty lines above the program, as on a screen that was in use: none by default. */
  readonly above?: number
}

let servers = 0

/**
 * A real pseudo-terminal with a program in it: a tmux server of its own, without anybody's configuration. The screen
 * stays when the program has ended, which writes its exit code there.
 */
export class Terminal {
  readonly #server = `td-sluice-${process.pid}-${servers++}`

  constructor(command: readonly string[], options: TerminalOptions = {}) {
    const { columns = 80, rows = 24, cwd, above = 0 } = options
    const env = {
      PATH: process.env.PATH!,
      HOME: '/nonexistent',
      TZ: 'UTC',
      LANG: 'C.UTF-8',
      TERM: 'tmux-256color',
      ...options.env,
    }
    const assigned = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    // Ctrl-C goes to the whole group; the shell is to live on and tell the exit code.
    const script = `trap : INT; printf '${'\\n'.repeat(above)}'; env -i ${[...assigned, ...command].map(quoted).join(' ')}; echo "[exit $?]"; exec sleep 600`
    const size = ['-x', String(columns), '-y', String(rows)]
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      ...size,
      ...(cwd ? ['-c', cwd] : []),
      'sh',
      '-c',
      script,
    )
  }

  /** What is on the screen, line by line, without trailing blanks; with `colors`, escape sequences for them. */
  screen({ colors = false, history = false } = {}): string[] {
    const flags = [...(colors ? ['-e'] : []), ...(history ? ['-S', '-'] : [])]
    const text = this.#tmux('capture-pane', '-p', ...flags)
    return text
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd())
  }

  /** Waits until the screen matches, and returns it; throws with the screen after two minutes. */
  async sees(pattern: RegExp, timeoutMs = 120_000): Promise<string[]> {
    const end = performance.now() + timeoutMs
    for (;;) {
      const lines = this.screen({ history: true })
      if (pattern.test(lines.join('\n'))) return lines
      if (performance.now() > end) throw new Error(`no ${pattern} on the screen:\n${lines.join('\n')}`)
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  }

  /** Waits for the end of the program and returns its exit code. */
  async exit(): Promise<number> {
    const lines = await this.sees(/\[exit \d+\]$/m)
    return Number(/\[exit (\d+)\]/.exec(lines.join('\n'))![1])
  }

  /** Types: names of keys such as `C-c` or `Enter`, or text. */
  type(...keys: string[]): void {
    this.#tmux('send-keys', ...keys)
  }

  /**
   * Makes the screen wider or narrower while the program stands still: what it wrote before is on the old screen, what
   * it writes after comes when it can know the new size. Without this, bytes on their way may meet either.
   */
  async resize(columns: number, rows = 24): Promise<void> {
    const [shell, tty] = this.#tmux('display-message', '-p', '#{pane_pid} #{pane_tty}').trim().split(' ')
    const program = execFileSync('pgrep', ['-P', shell!], { encoding: 'utf8' }).trim()
    process.kill(Number(program), 'SIGSTOP')
    // A stopped process has made its last write; tmux serves all that waits before it answers twice.
    for (let i = 0; i < 2; i++) this.screen()
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
    const size = () => execFileSync('stty', ['size', '-F', tty!], { encoding: 'utf8' }).trim()
    await eventually(() => size() === `${rows} ${columns}`)
    process.kill(Number(program), 'SIGCONT')
  }

  close(): void {
    spawnSync('tmux', ['-L', this.#server, 'kill-server'])
  }

  #tmux(...args: string[]): string {
    const env = { PATH: process.env.PATH, LANG: 'C.UTF-8', TERM: 'xterm-256color', HOME: '/nonexistent' }
    return execFileSync('tmux', ['-L', this.#server, '-u', ...args], { encoding: 'utf8', env })
  }
}

/** The command in a terminal, from its sources. */
export function terminalCli(args: readonly string[], options: TerminalOptions = {}): Terminal {
  return new Terminal([process.execPath, ...CLI_ARGS, ...args], options)
}

/** A screen without what differs from run to run: ids of jobs, times, speeds. */
export function steady(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line
      .replace(/\bjob \d+/g, 'job N')
      .replace(/\b\d+(?:\.\d+)? (?:[kMG]?B\/s)/g, 'N MB/s')
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, 'TIME')
      .replace(/\b(?:\d+ m )?\d+(?:\.\d)? s\b/g, 'N s'),
  )
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

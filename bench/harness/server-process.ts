import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { BENCH, type Framework } from '../frameworks.ts'
import type { WorkerCommand, WorkerMessage } from './worker.ts'

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** Milliseconds of processor time that a process has used, in all of its threads. */
export function cpuOf(pid: number): { user: number; total: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  // utime and stime (proc(5)) are the 14th and 15th of the line, in ticks of 10 ms.
  const [user, system] = [Number(fields[11]) * 10, Number(fields[12]) * 10]
  return { user, total: user + system }
}

/** A framework's server in a process of its own. */
export class ServerProcess {
  readonly framework: Framework
  readonly origin: string
  readonly #child: ChildProcess
  readonly #calls: Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }> = new Map()
  #count = 0

  private constructor(framework: Framework, child: ChildProcess, port: number) {
    this.framework = framework
    this.#child = child
    this.origin = `http://127.0.0.1:${port}`
    child.on('message', (message: WorkerMessage) => {
      if (!('id' in message)) return
      const call = this.#calls.get(message.id)
      this.#calls.delete(message.id)
      if ('failure' in message) call?.reject(new Error(`${framework.name}: ${message.failure}`))
      else call?.resolve(message.result as never)
    })
    child.on('exit', (code) => {
      for (const { reject } of this.#calls.values()) reject(new Error(`${framework.name} ended with ${code}`))
    })
  }

  get pid(): number {
    return this.#child.pid!
  }

  /**
   * Starts a framework's server.
   * @param cpu the processor that it is bound to, where `taskset` is there
   * @throws {Error} where it does not listen within 30 seconds, with what it has printed
   */
  static start(framework: Framework, { cpu }: { cpu?: number | undefined } = {}): Promise<ServerProcess> {
    const node = [process.execPath, '--expose-gc', '--disable-warning=ExperimentalWarning', '--import', WORKER]
    const args = [...node, framework.entry, ...(framework.args ?? [])]
    const [file, ...rest] = cpu === undefined ? args : ['taskset', '-c', String(cpu), ...args]
    const env = { ...process.env, PORT: '0', HOST: '127.0.0.1', NODE_ENV: 'production', ...framework.env }
    const child = spawn(file!, rest, { cwd: framework.cwd ?? BENCH, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    let printed = ''
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed = (printed + text).slice(-4000)
      })
    }
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer)
        child.kill('SIGKILL')
        reject(new Error(`${framework.name} ${why}:\n${printed}`))
      }
      const timer = setTimeout(() => fail('does not listen'), 30_000)
      child.once('exit', (code) => fail(`ended with ${code}`))
      child.once('message', ({ port }: { port: number }) => {
        clearTimeout(timer)
        child.removeAllListeners('exit')
        resolve(new ServerProcess(framework, child, port))
      })
    })
  }

  call<T>(command: WorkerCommand): Promise<T> {
    const id = ++this.#count
    return new Promise<T>((resolve, reject) => {
      this.#calls.set(id, { resolve, reject })
      this.#child.send({ id, command })
    })
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.removeAllListeners('exit').once('exit', () => resolve())
      this.#child.kill('SIGKILL')
    })
  }
}

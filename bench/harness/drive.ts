import type { Server } from 'node:http'
import { MemorySocket } from './memory-socket.ts'

/** What one stretch of requests cost. */
export interface CpuSample {
  readonly requests: number
  /** Microseconds of user time per request, all threads of the process. */
  readonly user: number
  /** Requests per second of wall time. */
  readonly rate: number
}

const QUIET = 60

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function connect(server: Server): MemorySocket {
  const socket = new MemorySocket()
  server.emit('connection', socket)
  return socket
}

/** One exchange, waited for until nothing more comes. Gives the answer, a character for each byte. */
async function exchange(socket: MemorySocket, request: Buffer): Promise<string> {
  socket.reset()
  socket.kept = []
  let last = Date.now()
  socket.onBytes = () => {
    last = Date.now()
  }
  socket.push(request)
  const deadline = last + 10_000
  while (socket.kept.length === 0 || Date.now() - last < QUIET) {
    if (Date.now() > deadline) throw new Error('No answer within 10 seconds')
    await sleep(10)
  }
  const text = socket.kept.join('')
  socket.kept = undefined
  return text
}

/** By request; a process has one server. */
const lengths = new Map<string, number>()

/**
 * The bytes of every answer to a request: that of the second and third, which must agree.
 * @throws {Error} where the answer's status is another than the one expected, or its length changes
 */
async function lengthOf(server: Server, request: Buffer, status: number): Promise<number> {
  const name = request.toString()
  const known = lengths.get(name)
  if (known !== undefined) return known
  const socket = connect(server)
  const texts: string[] = []
  for (let i = 0; i < 3; i++) texts.push(await exchange(socket, request))
  socket.destroy()
  for (const text of texts) {
    if (!text.startsWith(`HTTP/1.1 ${status} `)) throw new Error(`Expected ${status}, got: ${text.slice(0, 400)}`)
  }
  const [, second, third] = texts.map((text) => text.length)
  if (second !== third) throw new Error(`The answer's length changes from ${second} to ${third}: ${texts[2]}`)
  lengths.set(name, third!)
  return third!
}

/** One stretch of requests over connections without a kernel. */
export interface Drive {
  /** The request as it goes over the wire. */
  readonly request: string
  readonly status: number
  readonly connections: number
  /** Ends it once that many requests have been answered … */
  readonly requests?: number
  /** … or that many milliseconds have passed, whichever is given. */
  readonly millis?: number
}

/** Feeds requests to a server, on each connection one after the other, and tells what they cost. */
export async function drive(
  server: Server,
  { request, status, connections, requests = Infinity, millis = Infinity }: Drive,
): Promise<CpuSample> {
  const bytes = Buffer.from(request)
  const expected = await lengthOf(server, bytes, status)
  const sockets = Array.from({ length: connections }, () => connect(server))
  const start = performance.now()
  const before = process.cpuUsage()
  let answered = 0
  let ready: MemorySocket[] = []
  let scheduled = false
  await new Promise<void>((resolve, reject) => {
    let running = connections
    const isOver = (): boolean => answered >= requests || performance.now() - start >= millis
    const watchdog = setInterval(() => {
      if (performance.now() - start > 60_000) reject(new Error('A server has stopped answering'))
    }, 5_000)
    // All that became ready in one turn of the loop go on in the next, as a kernel would report them.
    const turn = (): void => {
      scheduled = false
      const batch = ready
      ready = []
      const over = isOver()
      for (const socket of batch) {
        if (over) running--
        else {
          socket.reset()
          socket.push(bytes)
        }
      }
      if (running > 0) return
      clearInterval(watchdog)
      resolve()
    }
    const onBytes = (count: number, socket: MemorySocket): void => {
      if (count < expected) return
      if (count > expected) reject(new Error(`An answer has ${count} bytes instead of ${expected}`))
      answered++
      ready.push(socket)
      if (!scheduled) {
        scheduled = true
        setImmediate(turn)
      }
    }
    for (const socket of sockets) {
      socket.onBytes = onBytes
      socket.push(bytes)
    }
  })
  const { user } = process.cpuUsage(before)
  const seconds = (performance.now() - start) / 1000
  for (const socket of sockets) socket.destroy()
  return { requests: answered, user: user / answered, rate: answered / seconds }
}

import { Server } from 'node:http'
import net from 'node:net'
import { type Drive, drive } from './drive.ts'

/**
 * Loaded in front of an adapter, in its process: takes hold of the HTTP server that the adapter starts, whoever makes it, and
 * carries out what the parent asks for.
 */

export type WorkerCommand = { readonly drive: Drive } | { readonly memory: true }

export type WorkerMessage =
  | { readonly port: number }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: string }

let server: Server | undefined

const { listen } = net.Server.prototype
net.Server.prototype.listen = function (this: net.Server, ...args: unknown[]): net.Server {
  if (this instanceof Server && !server) {
    server = this
    this.once('listening', () => process.send?.({ port: (this.address() as net.AddressInfo).port }))
  }
  return (listen as (...args: unknown[]) => net.Server).apply(this, args)
} as typeof listen

/** Bytes, after the garbage is gone. */
async function measureMemory(): Promise<{ heap: number; rss: number }> {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed, rss }
}

process.on('message', ({ id, command }: { id: number; command: WorkerCommand }) => {
  const running: Promise<unknown> = 'drive' in command ? drive(server!, command.drive) : measureMemory()
  running.then(
    (result) => process.send?.({ id, result }),
    (error: Error) => process.send?.({ id, failure: error.stack ?? error.message }),
  )
})

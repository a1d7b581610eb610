import { afterEach, expect, test, vi } from 'vitest'

const KEY = Symbol.for('everyroute.env@1')

/** The module as a host with this user agent loads it, with nothing known from before. */
async function loadOn(userAgent: string): Promise<typeof import('../../src/runtime/env.js')> {
  vi.resetModules()
  Reflect.deleteProperty(globalThis, KEY)
  vi.stubGlobal('navigator', { userAgent })
  return import('../../src/runtime/env.js')
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
  Reflect.deleteProperty(globalThis, KEY)
})

test('on Node.js it is process.env, whatever comes with requests', async () => {
  const { env, noticeEnv } = await loadOn('Node.js/24')
  noticeEnv({ incoming: {}, outgoing: {} })
  vi.stubEnv('ENV_TEST', 'one')
  expect(env().ENV_TEST).toBe('one')
  expect(env()).toBe(process.env)
})

test('in a Worker it is what the adapter has provided, from the start', async () => {
  const { env, noticeEnv, provideEnv } = await loadOn('Cloudflare-Workers')
  const bindings = { DB: {} }
  provideEnv(bindings)
  noticeEnv({ other: true })
  expect(env<typeof bindings>()).toBe(bindings)
})

test('in a Worker without the adapter it is what comes with the first request, and an error before', async () => {
  const { env, noticeEnv } = await loadOn('Cloudflare-Workers')
  expect(() => env()).toThrow('env() was called before the Worker')
  noticeEnv(undefined)
  expect(() => env()).toThrow('everyroute/workers')
  const bindings = { ONE: '1' }
  noticeEnv(bindings)
  expect(env()).toBe(bindings)
})

test('two copies of the package know the same', async () => {
  const first = await loadOn('Cloudflare-Workers')
  const bindings = {}
  first.provideEnv(bindings)
  vi.resetModules()
  const second = await import('../../src/runtime/env.js')
  expect(second).not.toBe(first)
  expect(second.env()).toBe(bindings)
})

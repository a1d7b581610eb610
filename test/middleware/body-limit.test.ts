import { describe, expect, it } from 'vitest'
import { defineHandler, withMiddleware } from '../../src/handler.ts'
import { bodyLimit } from '../../src/middleware/body-limit.ts'
import { setUp } from '../runtime/helpers.ts'

const LIMIT = 100

/** A request with a body of chunks, without content-length; says how many were taken. */
function chunked(sizes: number[], headers: Record<string, string> = {}) {
  const taken = { chunks: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const size = sizes[taken.chunks]
        if (size === undefined) return controller.close()
        taken.chunks++
        controller.enqueue(new Uint8Array(size).fill(97))
      },
      cancel() {
        taken.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  const request = new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit)
  return { request, taken }
}

const sized = (size: number, headers: Record<string, string> = {}) =>
  new Request('http://localhost/', { method: 'POST', body: 'a'.repeat(size), headers: { 'content-length': String(size), ...headers } })

const readers: Record<string, (request: Request) => Promise<unknown>> = {
  text: (request) => request.text(),
  json: (request) => request.json(),
  arrayBuffer: (request) => request.arrayBuffer(),
  blob: (request) => request.blob(),
  formData: (request) => request.formData(),
  clone: (request) => request.clone().text(),
  'new Request': (request) => new Request(request).text(),
  'the body': async (request) => {
    for await (const _ of request.body ?? []);
  },
}

const form = { 'content-type': 'multipart/form-data; boundary=x' }

function serve(read: (request: Request) => unknown, options = { maxSize: LIMIT }) {
  let ran = 0
  const { app, logged } = setUp({
    '/': {
      POST: async (request: Request) => {
        ran++
        return Response.json((await read(request)) ?? null)
      },
    },
  })
  app.use(bodyLimit(options))
  return {
    logged,
    ran: () => ran,
    send: async (request: Request) => {
      const answer = await app.request(request)
      return [answer.status, await answer.json()] as const
    },
  }
}

const TOO_LARGE = [413, { error: 'The body is larger than 100 bytes' }]

describe('bodyLimit', () => {
  it('lets bodies up to the limit through, as they are', async () => {
    const { send } = serve((request) => request.text())
    expect(await send(sized(LIMIT))).toEqual([200, 'a'.repeat(LIMIT)])
    expect(await send(chunked([60, 40]).request)).toEqual([200, 'a'.repeat(LIMIT)])
    expect(await send(chunked([]).request)).toEqual([200, ''])
  })

  it('gives handlers forms and JSON to read as usual', async () => {
    const body = new FormData()
    body.set('file', new File(['abc'], 'a.txt'))
    const inForm = serve(async (request) => ((await request.formData()).get('file') as File).text(), { maxSize: 1000 })
    expect(await inForm.send(new Request('http://localhost/', { method: 'POST', body }))).toEqual([200, 'abc'])
    const json = JSON.stringify({ a: 1 })
    expect(await serve((request) => request.json()).send(new Request('http://localhost/', { method: 'POST', body: json }))).toEqual([
      200,
      { a: 1 },
    ])
  })

  it('refuses what is announced to be larger, without the handler', async () => {
    const { send, ran, logged } = serve((request) => request.text())
    expect(await send(sized(LIMIT + 1))).toEqual(TOO_LARGE)
    expect(ran()).toBe(0)
    expect(logged).toEqual([])
  })

  it.each(Object.entries(readers))('counts what is read by %s', async (_name, read) => {
    const { send, ran } = serve(read)
    expect(await send(chunked([60, 41, 5], form).request)).toEqual(TOO_LARGE)
    // A length that is too small.
    expect(await send(sized(LIMIT + 1, { ...form, 'content-length': '5' }))).toEqual(TOO_LARGE)
    expect(await send(sized(LIMIT + 1, { ...form, 'content-length': 'five' }))).toEqual(TOO_LARGE)
    expect(ran()).toBe(3)
  })

  it('stays 413 where the handler makes something else of it', async () => {
    const { send } = serve((request) => request.text().catch(() => 'fine'))
    expect(await send(chunked([101]).request)).toEqual(TOO_LARGE)
    const { send: sendOther } = serve(async (request) => {
      await request.text().catch(() => {
        throw new Error('malformed')
      })
    })
    expect(await sendOther(chunked([101]).request)).toEqual(TOO_LARGE)
  })

  it('keeps no header of the answer that it replaces', async () => {
    const { app } = setUp({
      '/': {
        POST: async (request: Request) => {
          await request.text().catch(() => {})
          return new Response('fine', { headers: { 'content-encoding': 'identity', etag: '"1"', 'set-cookie': 'a=b' } })
        },
      },
    })
    app.use(async (c, next) => {
      c.header('x-front', 'kept')
      await next()
    })
    app.use(bodyLimit({ maxSize: LIMIT }))
    const answer = await app.request(chunked([101]).request)
    expect(Object.fromEntries(answer.headers)).toEqual({ 'content-type': 'application/json', 'x-front': 'kept' })
    expect(answer.status).toBe(413)
  })

  it('reads nothing before the handler does, and what the handler leaves not at all', async () => {
    const { request, taken } = chunked([10, 10, 200])
    let before = -1
    const { send } = serve(async (request) => {
      before = taken.chunks
      const reader = request.body!.getReader()
      await reader.read()
      await reader.cancel()
    })
    expect(await send(request)).toEqual([200, null])
    expect([before, taken.chunks, taken.cancelled]).toEqual([0, 1, true])
  })

  it('takes a bounded rest off the wire', async () => {
    const mebi = 1024 * 1024
    const { request, taken } = chunked(Array(100).fill(mebi))
    const { send } = serve((request) => request.text())
    expect(await send(request)).toEqual(TOO_LARGE)
    expect(taken.chunks).toBeGreaterThan(16)
    expect(taken.chunks).toBeLessThan(20)
  })

  it('waits for no client that has stopped sending', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(101))
      },
    })
    const { send } = serve((request) => request.text())
    const begun = Date.now()
    expect(await send(new Request('http://localhost/', { method: 'POST', body, duplex: 'half' } as RequestInit))).toEqual(TOO_LARGE)
    expect(Date.now() - begun).toBeLessThan(5000)
  })

  it('lets an error of the sender be the reader’s', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error('gone'))
      },
    })
    const { send, logged } = serve((request) => request.text())
    expect((await send(new Request('http://localhost/', { method: 'POST', body, duplex: 'half' } as RequestInit)))[0]).toBe(500)
    expect(logged[0]?.[0]).toMatchObject({ message: 'gone' })
  })

  it('lets an answer go on that has begun', async () => {
    const { app } = setUp({ '/': { POST: (request: Request) => new Response(request.body) } })
    app.use(bodyLimit({ maxSize: LIMIT }))
    const answer = await app.request(chunked([60, 50]).request)
    expect(answer.status).toBe(200)
    await expect(answer.text()).rejects.toThrow()
  })

  it('works in front of schemas, and natively', async () => {
    const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const
    const handler = defineHandler({ use: [bodyLimit({ maxSize: LIMIT })], json: schema }, async (_request, { json }) => Response.json(json))
    const plain = withMiddleware(bodyLimit({ maxSize: LIMIT }))(async (request) => Response.json((await request.text()).length))
    const json = { 'content-type': 'application/json' }
    const { app } = setUp({ '/': { POST: handler } })
    for (const call of [(request: Request) => handler(request), (request: Request) => Promise.resolve(app.request(request))]) {
      const fine = await call(new Request('http://localhost/', { method: 'POST', body: '[1]', headers: json }))
      expect([fine.status, await fine.json()]).toEqual([200, [1]])
      const refused = await call(chunked([101], json).request)
      expect([refused.status, await refused.json()]).toEqual(TOO_LARGE)
    }
    expect((await plain(chunked([101]).request)).status).toBe(413)
    expect(await (await plain(chunked([100]).request)).json()).toBe(100)
  })

  it('limits to the smallest of several', async () => {
    const { app } = setUp({ '/': { POST: async (request: Request) => Response.json(await request.text()) } })
    app.use(bodyLimit({ maxSize: 1000 }), bodyLimit({ maxSize: LIMIT }))
    expect((await app.request(chunked([101]).request)).status).toBe(413)
  })

  it('has 4 MiB as default, and 0 lets no byte through', async () => {
    const { app } = setUp({ '/': { POST: async (request: Request) => Response.json((await request.text()).length) } })
    app.use(bodyLimit())
    const size = 4 * 1024 * 1024
    expect((await app.request(chunked([size]).request)).status).toBe(200)
    expect((await app.request(chunked([size, 1]).request)).status).toBe(413)
    const none = serve((request) => request.text(), { maxSize: 0 })
    expect((await none.send(chunked([]).request))[0]).toBe(200)
    expect((await none.send(chunked([1]).request))[0]).toBe(413)
  })

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1mb' as never])('refuses %s as maxSize', (maxSize) => {
    expect(() => bodyLimit({ maxSize })).toThrow(`bodyLimit: maxSize is ${maxSize}`)
  })
})

describe('contentTypes', () => {
  const contentTypes = ['application/json', 'application/*+json', 'image/*']
  function app() {
    const { app } = setUp({ '/': { POST: async (request: Request) => Response.json(await request.text()), GET: () => new Response() } })
    app.use(bodyLimit({ maxSize: LIMIT, contentTypes }))
    return app
  }
  const status = async (type: string | undefined, request = chunked([3]).request) => {
    if (type !== undefined) request.headers.set('content-type', type)
    return (await app().request(request)).status
  }

  it.each(['application/json', 'Application/JSON; charset=utf-8', ' application/json ;x=y', 'application/problem+json', 'image/png'])(
    '%s is one',
    async (type) => {
      expect(await status(type)).toBe(200)
    },
  )

  it.each([
    undefined,
    '',
    'text/plain',
    'application/jsonp',
    'application/xjson',
    'application/+json',
    'image/',
    'image/png, application/json',
    'text/plain;application/json',
    'application/json/x',
    '*/*',
  ])('%s is none', async (type) => {
    const request = chunked([3]).request
    if (type !== undefined) request.headers.set('content-type', type)
    const answer = await app().request(request)
    expect(answer.status).toBe(415)
    expect(answer.headers.get('accept')).toBe(contentTypes.join(', '))
    expect(await answer.json()).toEqual({ error: `The content-type must be one of ${contentTypes.join(', ')}` })
  })

  it('says nothing of requests without a body', async () => {
    expect(await status(undefined, chunked([]).request)).toBe(200)
    expect(await status(undefined, chunked([0, 0]).request)).toBe(200)
    expect(await status('text/plain', new Request('http://localhost/', { method: 'POST' }))).toBe(200)
    expect(await status('text/plain', new Request('http://localhost/'))).toBe(200)
  })

  it('counts what has the right type', async () => {
    expect(await status('image/png', chunked([101]).request)).toBe(413)
    expect(await status('text/plain', sized(101))).toBe(413)
  })

  it.each([[[]], [['json']], [['application/json; charset=utf-8']], [['a/b/c']], ['application/json' as never]])(
    'refuses the list %j',
    (list) => {
      expect(() => bodyLimit({ contentTypes: list })).toThrow(/^bodyLimit: contentTypes (is no list|names)/)
    },
  )
})

import { readFileSync } from 'node:fs'
import { handle as handleLambda, type LambdaEvent } from 'hono/aws-lambda'
import { handle as handleVercel } from 'hono/vercel'
import { describe, expect, test } from 'vitest'
import { cookies } from '../../src/next/headers.ts'
import { redirect } from '../../src/next/navigation.ts'
import { after, type NextRequest } from '../../src/next/server.ts'
import { createRouter } from '../../src/runtime/router.ts'

interface UserContext {
  readonly params: Promise<{ id: string }>
}

const ran: string[] = []
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff])

const users = {
  async GET(request: NextRequest, { params }: UserContext) {
    return Response.json({
      url: request.url,
      tags: request.nextUrl.searchParams.getAll('tag'),
      id: (await params).id,
      session: request.cookies.get('session')?.value,
      client: request.headers.get('x-forwarded-for'),
    })
  },
  async POST(request: NextRequest, { params }: UserContext) {
    const jar = await cookies()
    jar.set('seen', (await params).id)
    jar.set('theme', 'light')
    return Response.json(await request.json(), { status: 201, headers: { location: `/users/${(await params).id}` } })
  },
  DELETE: () => redirect('/users'),
  PUT: () => {
    after(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      ran.push('after')
    })
    return new Response(PNG, { headers: { 'content-type': 'image/png' } })
  },
}
const app = createRouter({
  version: 2,
  routes: [{ pathname: '/users/[id]', file: 'users/[id]/route.ts', load: async () => users as never }],
})

type Event = LambdaEvent & { readonly path?: string }

/** An event as Lambda gives it, of an HTTP API (payload 2.0) or a REST API (payload 1.0), with other parts in their place. */
function recorded(name: 'http-api' | 'rest-api', change: (event: Record<string, unknown>) => void = () => {}): Event {
  const event = JSON.parse(readFileSync(new URL(`fixtures/lambda/${name}.json`, import.meta.url), 'utf8')) as Record<string, unknown>
  change(event)
  return event as unknown as Event
}

const withMethod = (method: string) => (event: Record<string, unknown>) => {
  ;(event.requestContext as { http: { method: string } }).http.method = method
}

const ORIGIN = 'https://abcdefghij.execute-api.eu-central-1.amazonaws.com'

describe('AWS Lambda', () => {
  const handler = handleLambda(app)

  test('answers an event of an HTTP API', async () => {
    const result = await handler(recorded('http-api'))
    expect(result).toMatchObject({ statusCode: 200, isBase64Encoded: false, headers: { 'content-type': 'application/json' } })
    expect(JSON.parse(result.body)).toEqual({
      url: `${ORIGIN}/users/7?tag=a&tag=b%20c`,
      tags: ['a', 'b c'],
      id: '7',
      session: 'abc',
      client: '203.0.113.7',
    })
  })

  test('answers an event of a REST API, with its body and two cookies', async () => {
    const result = await handler(recorded('rest-api'))
    expect(result).toMatchObject({
      statusCode: 201,
      multiValueHeaders: { location: ['/users/7'], 'set-cookie': ['theme=light; Path=/', 'seen=7; Path=/'] },
    })
    expect(JSON.parse(result.body)).toEqual({ name: 'Élise' })
  })

  test('answers a redirect, a missing path and a method that no file exports', async () => {
    expect(await handler(recorded('http-api', withMethod('DELETE')))).toMatchObject({ statusCode: 307, headers: { location: '/users' } })
    const missing = await handler(recorded('http-api', (event) => Object.assign(event, { rawPath: '/nothing' })))
    expect(missing).toMatchObject({ statusCode: 404, body: '{"error":"Not Found"}' })
    expect(await handler(recorded('http-api', withMethod('PATCH')))).toMatchObject({ statusCode: 405 })
  })

  test('answers bytes in Base64, and waits for `after` as docs/serverless.md says', async () => {
    const pending: Promise<unknown>[] = []
    const answer = handleLambda({
      fetch: (request: Request, env: object) =>
        app.fetch(request, env, { waitUntil: (work: Promise<unknown>) => void pending.push(work) } as never),
    } as typeof app)
    const waiting = async (event: Event) => {
      const result = await answer(event)
      await Promise.all(pending.splice(0))
      return result
    }
    const result = await waiting(recorded('http-api', withMethod('PUT')))
    expect(result).toMatchObject({ statusCode: 200, isBase64Encoded: true, headers: { 'content-type': 'image/png' } })
    expect(Buffer.from(result.body, 'base64')).toEqual(Buffer.from(PNG))
    expect(ran.splice(0)).toEqual(['after'])
  })
})

describe('Vercel functions', () => {
  test('answer by the Fetch handler that hono/vercel makes', async () => {
    const GET = handleVercel(app)
    const response = await GET(new Request('https://example.vercel.app/users/7?tag=a', { headers: { cookie: 'session=abc' } }))
    expect(await response.json()).toEqual({
      url: 'https://example.vercel.app/users/7?tag=a',
      tags: ['a'],
      id: '7',
      session: 'abc',
      client: null,
    })
  })

  test('wait for `after` by the function’s waitUntil', async () => {
    const pending: Promise<unknown>[] = []
    const waitUntil = (work: Promise<unknown>): void => void pending.push(work)
    const PUT = (request: Request) => app.fetch(request, {}, { waitUntil } as never)
    const response = await PUT(new Request('https://example.vercel.app/users/7', { method: 'PUT' }))
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(PNG)
    expect(pending).toHaveLength(1)
    await Promise.all(pending)
    expect(ran.splice(0)).toEqual(['after'])
  })
})

import { Hono } from 'hono'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { apiError, defineHandler, json, withMiddleware } from '../../src/handler.js'
import { createRouter } from '../../src/index.js'
import { type NextRequest, NextResponse } from '../../src/next/server.js'
import { call, testClient } from '../../src/testing/index.js'

// Checked by the compiler (`check:types`); what is expected of a type holds at run time too.

interface User {
  id: string
  at: Date
}

const user: User = { id: '7', at: new Date(0) }

describe('the JSON of the result is that of the handler', () => {
  test('where it answers a typed response', async () => {
    const typed = await call(async () => NextResponse.json(user))
    expectTypeOf(typed.json).toEqualTypeOf<{ id: string; at: string }>()
    expect(typed.json.at).toBe('1970-01-01T00:00:00.000Z')
    expectTypeOf((await call(() => json({ a: 1 }))).json).toEqualTypeOf<{ readonly a: 1 }>()
  })

  test('where it is wrapped', async () => {
    const defined = defineHandler({ query: z.object({ q: z.string() }) }, async (_request, { query }) => json(query))
    expectTypeOf((await call(defined, { url: '/?q=a' })).json).toEqualTypeOf<{ q: string }>()
    const wrapped = withMiddleware()(async () => NextResponse.json(user))
    expectTypeOf((await call(wrapped)).json).toEqualTypeOf<{ id: string; at: string }>()
  })

  test('for each of its answers', async () => {
    const either = async (request: NextRequest) => (request.nextUrl.search ? json({ id: '7' }) : apiError('none', 404))
    expectTypeOf((await call(either)).json).toEqualTypeOf<{ readonly id: '7' } | { error: string }>()
  })

  test('unknown, and not any, where nothing is told', async () => {
    const { json: body } = await call(() => Response.json({ a: 1 }))
    expectTypeOf(body).toEqualTypeOf<unknown>()
    expectTypeOf(body).not.toBeAny()
    expect(body).toEqual({ a: 1 })
  })
})

describe('params are those that the handler says it takes', () => {
  const read = async (_request: NextRequest, { params }: { params: Promise<{ id: string; path?: string[] }> }) => json(await params)

  test('and have to be given', async () => {
    // @ts-expect-error without params
    expect((await call(read)).json).toEqual({})
    // @ts-expect-error without an id
    await call(read, { params: {} })
    // @ts-expect-error an id that is no string
    await call(read, { params: { id: 7 } })
    expect((await call(read, { params: { id: '7', path: ['a'] } })).json).toEqual({ id: '7', path: ['a'] })
  })

  test('and may be left out where it says nothing', async () => {
    const silent = () => new Response()
    expect((await call(silent)).status).toBe(200)
    expect((await call(silent, { params: { id: '7' } })).status).toBe(200)
    const maybe = async (_request: NextRequest, _context: { params: Promise<{ path?: string[] }> }) => new Response()
    expect((await call(maybe)).status).toBe(200)
  })
})

test('options that are none are told', async () => {
  // @ts-expect-error misspelt
  await call(() => new Response(), { cookie: {} })
  // @ts-expect-error no handler
  await expect(call({})).rejects.toThrow('call was given a object')
})

describe('testClient', () => {
  const typed = new Hono().get('/users/:id', (c) => c.json({ id: c.req.param('id') }))
  type AppType = typeof typed

  test('has the types of the app', async () => {
    const response = await testClient(typed).users[':id'].$get({ param: { id: '7' } })
    expectTypeOf(await response.json()).toEqualTypeOf<{ id: string }>()
    // @ts-expect-error there is no such route
    testClient(typed).posts.$get
  })

  test('has those that are given for a router', async () => {
    const GET = async (_request: Request, { params }: { params: Promise<{ id: string }> }) => Response.json(await params)
    const router = createRouter({
      version: 2,
      routes: [{ pathname: '/users/[id]', file: 'users/[id]/route.ts', load: async () => ({ GET }) }],
    })
    const response = await testClient<AppType>(router).users[':id'].$get({ param: { id: '7' } })
    const body = await response.json()
    expectTypeOf(body).toEqualTypeOf<{ id: string }>()
    expect(body).toEqual({ id: '7' })
  })
})

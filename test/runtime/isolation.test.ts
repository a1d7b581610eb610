import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Served, serve } from '../../src/adapters/node.js'
import { cookies, draftMode, headers } from '../../src/next/headers.js'
import { notFound, redirect } from '../../src/next/navigation.js'
import { type NextRequest, NextResponse, after as runAfter } from '../../src/next/server.js'
import { settled, setUp } from '../runtime/helpers.js'

const COUNT = 200
const DRAFT_SECRET = 'a-secret-of-this-test'

/** Waits a while that differs from request to request, so that they overtake each other. */
const wander = (id: number): Promise<void> => settled((id * 7) % 23)

/** What `after` callbacks saw: the id of their request, and of its header. */
const seenAfter: [string, string | null, string | undefined][] = []

async function GET(request: NextRequest, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params
  await wander(Number(id))
  const jar = await cookies()
  const own = jar.get('id')?.value
  jar.set(`set-${id}`, id)
  await wander(Number(id) + 1)
  const sent = (await headers()).get('x-id')
  const { isEnabled } = await draftMode()
  runAfter(async () => {
    await wander(Number(id))
    seenAfter.push([id, (await headers()).get('x-id'), (await cookies()).get('id')?.value])
  })
  if (Number(id) % 5 === 1) redirect(`/to/${id}`)
  if (Number(id) % 5 === 2) notFound()
  if (Number(id) % 5 === 3) throw new Error(id)
  await wander(Number(id) + 2)
  jar.set('late', id)
  return NextResponse.json({ id, own, sent, isEnabled, url: request.nextUrl.searchParams.get('id'), body: await request.text() })
}

const STATUSES = [200, 307, 404, 500, 200]

describe.each(['in process', 'over HTTP'])('200 parallel requests, %s, never see each other', (where) => {
  let served: Served | undefined
  let send: (path: string, init: RequestInit) => Promise<Response>
  const failures: unknown[] = []

  beforeAll(async () => {
    seenAfter.length = 0
    const proxy = {
      file: 'proxy.ts',
      load: async () => ({
        async proxy(request: NextRequest) {
          const id = request.nextUrl.pathname.slice(1)
          await wander(Number(id) + 3)
          return NextResponse.next({ headers: { 'x-proxy': id, 'set-cookie': `proxy-${id}=1` } })
        },
      }),
    }
    const { app, logged } = setUp({ '/[id]': { GET } }, { draftModeSecret: DRAFT_SECRET }, { proxy })
    failures.length = 0
    send = async (path, init) => app.request(path, init)
    if (where === 'over HTTP') {
      served = await serve(app, { port: 0, hostname: '127.0.0.1', quiet: true, signals: false })
      send = (path, init) => fetch(served!.url + path, { ...init, redirect: 'manual' })
    }
    const responses = await Promise.all(
      Array.from({ length: COUNT }, (_, id) => {
        const draft = id % 2 === 0 ? `; __prerender_bypass=${DRAFT_SECRET}` : ''
        return send(`/${id}?id=${id}`, { headers: { cookie: `id=${id}${draft}`, 'x-id': String(id) } })
      }),
    )
    answers = await Promise.all(
      responses.map(async (response) => ({
        status: response.status,
        cookies: response.headers.getSetCookie().sort(),
        proxy: response.headers.get('x-proxy'),
        location: response.headers.get('location'),
        body: await response.text(),
      })),
    )
    failures.push(...logged.map(([error]) => (error as Error).message))
    for (let i = 0; i < 100 && seenAfter.length < COUNT; i++) await settled(10)
  })
  afterAll(() => served?.close())

  let answers: { status: number; cookies: string[]; proxy: string | null; location: string | null; body: string }[]

  test('their answers', () => {
    for (const [id, answer] of answers.entries()) {
      const { status, proxy, location, body } = answer
      expect({ id, status, proxy, location }).toEqual({
        id,
        status: STATUSES[id % 5],
        proxy: String(id),
        location: id % 5 === 1 ? `/to/${id}` : null,
      })
      if (status !== 200) continue
      const expected = { id: String(id), own: String(id), sent: String(id), isEnabled: id % 2 === 0, url: String(id), body: '' }
      expect(JSON.parse(body)).toEqual(expected)
    }
  })

  test('their cookies', () => {
    for (const [id, { status, cookies }] of answers.entries()) {
      const own = [`set-${id}=${id}; Path=/`]
      const expected = status === 200 ? [`late=${id}; Path=/`, ...own] : status === 307 ? own : []
      expect(cookies.filter((line) => !line.startsWith('proxy-'))).toEqual(expected)
      expect(cookies.filter((line) => line.startsWith('proxy-'))).toEqual([`proxy-${id}=1`])
    }
  })

  test('their callbacks and errors', () => {
    expect(seenAfter.map(([id]) => Number(id)).sort((a, b) => a - b)).toEqual(Array.from({ length: COUNT }, (_, id) => id))
    for (const [id, header, cookie] of seenAfter) expect([header, cookie]).toEqual([id, id])
    const thrown = Array.from({ length: COUNT }, (_, id) => id).filter((id) => id % 5 === 3)
    expect(failures.map(Number).sort((a, b) => a - b)).toEqual(thrown)
  })
})

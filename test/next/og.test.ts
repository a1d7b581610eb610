import { afterEach, describe, expect, test, vi } from 'vitest'
import { ImageResponse } from '../../src/next/og.js'
import { setUp } from '../runtime/helpers.js'

const hello = (text = 'Hello'): { type: string; props: object } => ({
  type: 'div',
  props: { style: { display: 'flex', width: '100%', height: '100%', fontSize: 40, color: 'white', background: 'black' }, children: text },
})

/** Width and height by the PNG's header chunk (PNG specification, 11.2.2). */
function sizeOf(png: ArrayBuffer): [number, number] {
  expect([...new Uint8Array(png, 0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const view = new DataView(png)
  return [view.getUint32(16), view.getUint32(20)]
}

afterEach(() => {
  vi.doUnmock('@vercel/og')
  vi.resetModules()
})

describe('ImageResponse', () => {
  test('draws a PNG of the size asked for, with what it was given', async () => {
    const { app } = setUp({ '/image': { GET: () => new ImageResponse(hello(), { width: 120, height: 60 }) } })
    const response = await app.request('/image')
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=0, must-revalidate',
    })
    const png = await response.arrayBuffer()
    expect(sizeOf(png)).toEqual([120, 60])
    const other = await new ImageResponse(hello('Bye'), { width: 120, height: 60 }).arrayBuffer()
    expect(Buffer.from(other).equals(Buffer.from(png))).toBe(false)
  })

  test('is 1200 by 630 by default; status and headers are the options', async () => {
    const response = new ImageResponse(hello(), { status: 201, headers: { 'cache-control': 'no-store', 'x-a': '1' } })
    expect(response).toBeInstanceOf(Response)
    expect([response.status, response.headers.get('cache-control'), response.headers.get('x-a')]).toEqual([201, 'no-store', '1'])
    expect(sizeOf(await response.arrayBuffer())).toEqual([1200, 630])
  })

  test('where @vercel/og is missing, names it and how to install it', async () => {
    vi.doMock('@vercel/og', () => {
      throw new Error('Cannot find package')
    })
    const { ImageResponse } = await import('../../src/next/og.js')
    const first = new ImageResponse(hello())
    await expect(first.arrayBuffer()).rejects.toThrow(/@vercel\/og.*npm install @vercel\/og/)
    expect(() => new ImageResponse(hello())).toThrow(/@vercel\/og.*npm install @vercel\/og/)
  })
})

/** An image font's file. */
export interface ImageFont {
  name: string
  data: ArrayBuffer | Uint8Array
  weight?: 100 | 200 | 300 | 400 | 500 | 600 | 700 | 800 | 900
  style?: 'normal' | 'italic'
  lang?: string
}

export interface ImageResponseOptions extends ResponseInit {
  /** Pixels. Default 1200. */
  width?: number
  /** Pixels. Default 630. */
  height?: number
  /** Draws the outlines of boxes. Default `false`. */
  debug?: boolean
  /** Default: one that comes with `@vercel/og`, with Latin letters. */
  fonts?: ImageFont[]
  /** Fetched from a CDN when it is first drawn. Default `twemoji`. */
  emoji?: 'twemoji' | 'blobmoji' | 'noto' | 'openmoji' | 'fluent' | 'fluentFlat'
}

/** A React element, or an object like one: `{ type: 'div', props: { style, children } }`. */
export interface ImageElement {
  readonly type: unknown
  readonly props: unknown
  readonly key?: unknown
}

type Renderer = new (element: ImageElement, options: ImageResponseOptions) => Response

const MISSING = 'next/og draws images with the package @vercel/og, which could not be loaded. Run `npm install @vercel/og@1.0.1`.'

/** Kept from the first image on; some megabytes of code, fonts and WebAssembly. */
let renderer: Promise<Renderer> | undefined
let missing: Error | undefined

function loadRenderer(): Promise<Renderer> {
  renderer ??= import('@vercel/og').then(
    ({ ImageResponse }) => ImageResponse as unknown as Renderer,
    (cause: unknown) => {
      missing = new Error(MISSING, { cause })
      throw missing
    },
  )
  return renderer
}

/** The image as a stream, so that the response is there at once. */
function draw(element: ImageElement, options: ImageResponseOptions): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const Renderer = await loadRenderer()
      const image = new Renderer(element, options)
      controller.enqueue(new Uint8Array(await image.arrayBuffer()))
      controller.close()
    },
  })
}

const host = globalThis as { process?: { env?: { NODE_ENV?: string } } }

function imageHeaders(given: HeadersInit | undefined): Headers {
  const isDevelopment = host.process?.env?.NODE_ENV === 'development'
  const headers = new Headers({
    'content-type': 'image/png',
    'cache-control': isDevelopment ? 'no-cache, no-store' : 'public, max-age=0, must-revalidate',
  })
  for (const [name, value] of new Headers(given)) headers.set(name, value)
  return headers
}

/**
 * A PNG drawn from HTML and CSS by the optional package `@vercel/og`. Errors of drawing cut the body, which is on its way by then.
 * @throws {Error} where `@vercel/og` is missing, from the second image on; the first one's body fails with the same error
 * @see https://nextjs.org/docs/app/api-reference/functions/image-response
 */
export class ImageResponse extends Response {
  static readonly displayName: string = 'ImageResponse'

  constructor(element: ImageElement, options: ImageResponseOptions = {}) {
    if (missing) throw missing
    const { status, statusText } = options
    super(draw(element, options), {
      headers: imageHeaders(options.headers),
      ...(status !== undefined && { status }),
      ...(statusText !== undefined && { statusText }),
    })
  }
}

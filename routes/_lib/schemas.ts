import * as z from 'zod'

/** What clients send, for the handlers and for forms: nothing here needs a server. */

/** The id that a text is; 0, which nobody has, for a text that is none: it is answered like one that nobody has. */
export const readId = (text: unknown): number => (typeof text === 'string' && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0)

export const userPath = z.object({ id: z.string().transform(readId) })

export const postPath = z.object({ slug: z.string() })

export const newUser = z.object({
  name: z.string().trim().min(1, 'Give a name').max(100),
  email: z.email('Give an e-mail address').max(254).toLowerCase(),
})

export const newPost = z.object({
  slug: z
    .string()
    .max(100)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Use lower-case letters, digits and single hyphens'),
  title: z.string().trim().min(1).max(200),
  body: z.string().min(1).max(20_000),
  authorId: z.int().positive(),
})

const notEmpty = (changes: object) => Object.keys(changes).length > 0

export const userChanges = newUser.partial().refine(notEmpty, 'Give at least one field')
export const postChanges = newPost.partial().refine(notEmpty, 'Give at least one field')

/** A file that goes straight to the storage, up to 1 GiB. */
export const newUpload = z.object({
  name: z.string().min(1).max(255),
  type: z.enum(['image/avif', 'image/jpeg', 'image/png', 'image/webp', 'video/mp4', 'video/webm']),
  size: z
    .int()
    .min(1)
    .max(1024 ** 3),
})

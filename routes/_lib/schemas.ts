import * as z from 'zod'

/** A whole number from 1 to `max`, clamped; `fallback` where the query gives no number. */
function clamped(fallback: number, max: number) {
  return z.preprocess((value) => {
    const number = Number.parseInt(String(value), 10)
    return Number.isNaN(number) ? fallback : Math.min(Math.max(number, 1), max)
  }, z.int())
}

/** `?page=&limit=` of every list: page 1 is the first, 20 rows a page unless asked for, at most 100. */
export const pageQuery = z.object({
  page: clamped(1, 1_000_000),
  limit: clamped(20, 100),
})

export const newUser = z.object({
  name: z.string().trim().min(1).max(100),
  email: z.email().max(254).toLowerCase(),
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

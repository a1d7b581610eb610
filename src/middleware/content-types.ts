const TOKEN = "[!#$%&'*+\\-.^_`|~\\w]+"
const MEDIA_TYPE = new RegExp(`^(${TOKEN})/(${TOKEN})$`)

/** The media type of a Content-Type, without parameters and in lower case; `''` where there is none (RFC 9110, 8.3.1). */
export const mediaTypeOf = (contentType: string | null | undefined): string => (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase()

/** `*` stands for any characters of a token: `image/*`, `application/*+json`. */
const toPattern = (type: string): string =>
  type
    .toLowerCase()
    .replace(/[.+^$|]/g, '\\$&')
    .replaceAll('*', TOKEN)

/**
 * Makes the test whether a Content-Type is one of the types, whatever its parameters and its case (RFC 9110, 8.3.1).
 * @throws {TypeError} for an empty list, and for what is no media type
 */
export function createTypeTest(types: readonly string[]): (contentType: string | null | undefined) => boolean {
  if (!Array.isArray(types) || types.length === 0) {
    throw new TypeError(
      'bodyLimit: contentTypes is no list with a type in it; give media types such as ["application/json"], or leave it out',
    )
  }
  for (const type of types) {
    if (typeof type !== 'string' || !MEDIA_TYPE.test(type)) {
      throw new TypeError(
        `bodyLimit: contentTypes names ${JSON.stringify(type)}; give media types without parameters, such as "application/json", "image/*", "application/*+json"`,
      )
    }
  }
  const pattern = new RegExp(`^(?:${types.map(toPattern).join('|')})$`)
  return (contentType) => pattern.test(mediaTypeOf(contentType))
}

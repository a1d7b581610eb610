/** The URL in normal form. @throws {Error} where it is relative or malformed */
export function validateURL(url: unknown): string {
  try {
    return String(new URL(String(url)))
  } catch (cause) {
    throw new Error(
      `URL is malformed "${String(url)}". Please use only absolute URLs - https://nextjs.org/docs/messages/middleware-relative-urls`,
      { cause },
    )
  }
}

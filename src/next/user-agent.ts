import parser from 'ua-parser-js'

const BOTS =
  /Googlebot|Mediapartners-Google|AdsBot-Google|googleweblight|Storebot-Google|Google-PageRenderer|Google-InspectionTool|Bingbot|BingPreview|Slurp|DuckDuckBot|baiduspider|yandex|sogou|LinkedInBot|bitlybot|tumblr|vkShare|quora link preview|facebookexternalhit|facebookcatalog|Twitterbot|applebot|redditbot|Slackbot|Discordbot|WhatsApp|SkypeUriPreview|ia_archiver|GPTBot/i

/** What a `User-Agent` header tells. */
export interface UserAgent {
  isBot: boolean
  ua: string
  browser: { name?: string; version?: string; major?: string }
  device: { model?: string; type?: string; vendor?: string }
  engine: { name?: string; version?: string }
  os: { name?: string; version?: string }
  cpu: { architecture?: string }
}

/**
 * Parses a `User-Agent` header's value.
 * @see https://nextjs.org/docs/app/api-reference/functions/userAgent
 */
export function userAgentFromString(input: string | undefined): UserAgent {
  return { ...(parser(input) as Omit<UserAgent, 'isBot'>), isBot: input !== undefined && BOTS.test(input) }
}

/** Parses the request's `User-Agent` header. */
export function userAgent(request: { headers: Headers }): UserAgent {
  return userAgentFromString(request.headers.get('user-agent') || undefined)
}

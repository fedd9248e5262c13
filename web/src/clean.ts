// Texts of contracts and executors come from others. What a reader would not see, or would see in
// another place than it stands (control characters, direction overrides), is written out.

const misleading =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu

export function clean(text: string): string {
  return text.replace(misleading, (c) => `\\u{${c.codePointAt(0)!.toString(16).toUpperCase()}}`)
}

// A JSON document with every string in it, keys too, made clean.
export function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return typeof value[0] === 'number' ? value : value.map(cleaned)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [clean(key), cleaned(item)]))
}

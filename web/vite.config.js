import { createHash } from 'node:crypto'
import { defineConfig } from 'vite'
import { viteSingleFile } from 'vite-plugin-singlefile'

// The page may run its own inline script and style, named by digest, and nothing else: no network, no
// other script, whatever the data hold.
function contentSecurityPolicy() {
  const digest = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return {
    name: 'content-security-policy',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const page = bundle['index.html']
        const scripts = [...page.source.matchAll(/<script type="module"[^>]*>([\s\S]*?)<\/script>/g)]
        const styles = [...page.source.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)]
        if (scripts.length !== 1 || styles.length !== 1) {
          this.error(`expected one script and one style, found ${scripts.length} and ${styles.length}`)
        }
        const policy = [
          "default-src 'none'",
          `script-src ${digest(scripts[0][1])}`,
          `style-src ${digest(styles[0][1])}`,
          'img-src data:',
          "base-uri 'none'",
          "form-action 'none'",
        ].join('; ')
        page.source = page.source.replace('CONTENT_SECURITY_POLICY', policy)
      },
    },
  }
}

export default defineConfig({
  plugins: [viteSingleFile(), contentSecurityPolicy()],
  build: { modulePreload: false, target: 'es2022', reportCompressedSize: false },
})

import { render } from 'preact'
import { Breakdowns } from './breakdown'
import { cleaned } from './clean'
import { Curve, Latency, Search } from './curve'
import { FirstPage } from './first_page'
import { Operators } from './operators'
import { Tip } from './parts'
import { ContractText, Executor, Footer, Method } from './record'
import type { Report } from './report'
import './style.css'
import { Timeline } from './timeline'

const sections = [
  ['throughput', 'Throughput'], ['latency', 'Latency'], ['breakdown', 'Where the time goes'], ['operators', 'Operators'],
  ['timeline', 'Over time'], ['search', 'Saturation search'], ['executor', 'Executor'], ['method', 'Validity'], ['contract', 'Contract'],
] as const

function Page({ report }: { report: Report }) {
  return (
    <>
      <main>
        <FirstPage report={report} />
        <nav aria-label="Sections">{sections.map(([id, name]) => <a key={id} href={`#${id}`}>{name}</a>)}</nav>
        <Curve report={report} />
        <Latency report={report} />
        <Breakdowns report={report} />
        <Operators report={report} />
        <Timeline report={report} />
        <Search report={report} />
        <Executor report={report} />
        <Method report={report} />
        <ContractText report={report} />
      </main>
      <Footer report={report} />
      <Tip />
    </>
  )
}

const text = document.getElementById('lynx')?.textContent ?? 'null'
const place = document.getElementById('page')!
const report = cleaned(JSON.parse(text)) as Report | null
if (report === null) {
  place.textContent = 'This page holds no report.'
} else {
  document.title = `${report.contract.name}: ${report.outcome.state}`
  render(<Page report={report} />, place)
}

/** Styles of the report: the reader's light or dark, narrow or wide. */
export const style = `
:root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--line:#dfe3e8;--text:#1b2430;--soft:#5b6776;--good:#12733a;--bad:#b3261e;--warn:#7a4b00;--fill:#2f9e5b;--part:#d1483f;--lead:#eef1f5;--bot:#dff3e4;--stop:#fbe4e2}
@media (prefers-color-scheme:dark){:root{--back:#12161b;--card:#1b2129;--line:#303a46;--text:#e6eaef;--soft:#9aa7b5;--good:#6fd397;--bad:#ff8a80;--warn:#ffce7a;--fill:#3fae6c;--part:#d9655c;--lead:#2a323d;--bot:#1e3a2a;--stop:#44231f}}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:24px 20px 64px}h1{font-size:1.6rem;margin:0 0 4px;display:flex;flex-wrap:wrap;gap:10px;align-items:baseline}h2{font-size:1.1rem;margin:32px 0 10px}
.badge,.tag{font-size:.78rem;font-weight:500;border:1px solid var(--line);border-radius:99px;padding:1px 9px;color:var(--soft);white-space:nowrap}.count{color:var(--soft);font-weight:400}
.good{color:var(--good)}.bad{color:var(--bad)}.soft,small{color:var(--soft)}.warn{color:var(--warn)}code{font-size:.85em}
.meaning{margin:10px 0 0;padding-left:20px;color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;margin:20px 0 0}.tiles div,.case,section>.scroll{background:var(--card);border:1px solid var(--line);border-radius:10px}
.tiles div{padding:12px 16px}.tiles dt{color:var(--soft);font-size:.85rem}.tiles dd{margin:0;font-size:1.45rem;font-weight:600}.tiles small{display:block;font-size:.8rem;font-weight:400}
.changes{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:0}.changes dt{color:var(--soft)}.changes dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:8px 14px;border-top:1px solid var(--line);vertical-align:top}thead th{border-top:0;color:var(--soft);font-weight:500;font-size:.85rem}
td small{display:block}.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.bar{width:160px;vertical-align:middle}.bar::before{content:none}.fill{display:block;height:10px;border-radius:5px;background:var(--fill);min-width:2px}.part{background:var(--part)}
.case{margin:8px 0;overflow:hidden}.case.failed{border-color:var(--bad)}summary{padding:10px 14px;cursor:pointer;display:flex;flex-wrap:wrap;gap:6px 8px;align-items:baseline}summary:focus-visible{outline:2px solid var(--fill);outline-offset:-2px}
.passed .mark{color:var(--good)}.failed .mark{color:var(--bad)}.catches{flex-basis:100%;color:var(--soft)}.safety{border-color:currentColor}
.body{padding:4px 14px 14px;border-top:1px solid var(--line)}.chat{display:flex;flex-direction:column;gap:6px;margin:12px 0}
.said{margin:0;max-width:min(620px,86%);padding:8px 12px;border-radius:12px;background:var(--lead);white-space:pre-wrap;overflow-wrap:anywhere;align-self:flex-start}.said small{display:block;font-size:.78rem}
.bot,.human{background:var(--bot);align-self:flex-end}.system{align-self:center;font-style:italic}.stopped{background:var(--stop)}.stopped small{color:var(--bad)}
q{display:block;border-left:3px solid var(--line);padding-left:8px;color:var(--soft);quotes:none}.silence{align-self:flex-end;color:var(--soft);font-style:italic;margin:0}
.failures th{font-weight:600}.failures td{overflow-wrap:anywhere}
.filter input{font:inherit;padding:6px 10px;border:1px solid var(--line);border-radius:8px;background:var(--card);color:inherit;width:min(320px,70vw)}[hidden]{display:none!important}
.prompts{padding-left:20px;color:var(--soft)}
`;

/** Finds cases by any words of theirs; without it the page shows all. */
export const script = `
const find=document.getElementById("find"),found=document.getElementById("found"),all=[...document.querySelectorAll("#all .case")];
const texts=all.map((one)=>one.textContent.toLowerCase());
find.addEventListener("input",()=>{const words=find.value.toLowerCase().split(/\\s+/).filter(Boolean);let shown=0;all.forEach((one,at)=>{one.hidden=!words.every((word)=>texts[at].includes(word));if(!one.hidden)shown+=1});found.textContent=words.length?shown+" of "+all.length:""});
const aim=()=>{const one=document.getElementById(location.hash.slice(1));if(one instanceof HTMLDetailsElement)one.open=true};addEventListener("hashchange",aim);aim();
`;

import { test } from "vitest";
import { bosh3, dopri5, dopri8, heun3, integrateFixed, plainAlgebra, rk4, rk4ThreeEighths, stepsOf, tsit5, uniformMesh } from "../../../src/ode/index.js";
import { maxAbsError, observedOrder } from "../../problems/index.js";
const P: any[] = [];
for (const y0 of [0.01,0.03,0.05,0.08,0.1,0.15,0.3,1.5,2,3]) for (const T of [2,3,4,5,6,8]) P.push({ n: `log y0=${y0} T=${T}`, f: (s: number,[y]: any) => [y*(1-y)], T, e: (s:number)=>[1/(1+(1/y0-1)*Math.exp(-s))] });
for (const T of [0.5,1,2,3,4,5,8]) P.push({ n: `A2 T=${T}`, f: (s: number,[y]: any) => [-y*y*y/2], T, e: (s:number)=>[1/Math.sqrt(1+s)] });
for (const T of [0.3,0.5,0.7,0.8,1,1.2]) P.push({ n: `tan T=${T}`, f: (s: number,[y]: any) => [1+y*y], T, e: (s:number)=>[Math.tan(s)] });
for (const y0 of [0.1,0.5,1,2]) for (const T of [1,2,3,4]) P.push({ n: `sin y0=${y0} T=${T}`, f: (s: number,[y]: any) => [Math.sin(y)], T, e: (s:number)=>[2*Math.atan(Math.tan(y0/2)*Math.exp(s))] });
test("explore", () => {
  for (const p of P) { const out: string[] = []; let ok = true;
   for (const t of [heun3,bosh3,rk4,rk4ThreeEighths,dopri5,tsit5,dopri8]) {
    const ks = t.order===8 ? [8,9,10,11,12,13,14,16,18,20,22,24,28,32,36,40] : t.order===5 ? [32,40,48,56,64,80,96,112,128,160,192,224,256,320] : [64,96,128,192,256];
    const pts = ks.map((k) => { const mesh = uniformMesh([0,p.T],k); const st = integrateFixed(t,(s,y)=>Float64Array.from(p.f(s,y)),plainAlgebra,stepsOf(mesh),Float64Array.from(p.e(0)));
      return [p.T/k, Math.max(...st.map((y,i)=>maxAbsError(y,p.e(mesh[i])))) ] as [number, number]; }).filter(([,e])=>e>2e-13).slice(-6);
    const o = pts.length>3 ? observedOrder(pts.map(x=>x[0]),pts.map(x=>x[1])) : NaN; if (!(Math.abs(o-t.order)<0.08)) ok=false;
    out.push(`${t.name}:${o.toFixed(3)}`);
   }
   console.log((ok?"OK   ":"     ")+p.n+" "+out.join(" ")); }
});

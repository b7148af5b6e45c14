import { resolveProblem } from "./dist/control/problem/resolve-problem.js";
import { intervalMethod, rolloutNodes, rolloutSpecs } from "./dist/control/rollout/rollout-graph.js";
import { quadrotor } from "./dist/control/index.js";
import * as g from "./dist/graph/index.js";
import { simplify, topological } from "./dist/graph/internal.js";
import { compile } from "./dist/runtime/index.js";
import { fromNumbers, scalar} from "./dist/tensor/index.js";
const {square, mul, add, slice, reduceSum, sub} = g;
const q = quadrotor(); const col=(z,a,b)=>slice(z,1,a,b);
for (const [m,h] of [["rk4:1",0.05],["euler:1",0.05],["rk4:1",.25]]) {
const problem=resolveProblem({ field:q.field, bounds:{low:[0,0,0,0],high:[5,5,5,5]}, controlRate:20, horizon:h,
 stageCost:(z,u)=>reduceSum(square(z),1)});
let t=performance.now(); const lap=(n)=>{const x=performance.now();console.log(n,(x-t).toFixed(0));t=x;};
const im=intervalMethod(problem,m);
const graph=g.trace(rolloutSpecs(problem),(site)=>{const r=rolloutNodes(problem,im,site);const [a,b]=g.gradient(reduceSum(r.objective),[site.z0,site.controls]);return {c:r.cost,a,b};});
console.log(m,h,"nodes",topological(Object.values(graph.outputs)).length); lap("trace");
const s=simplify(graph); console.log("simple nodes",topological(Object.values(s.outputs)).length); lap("simplify");
const e=g.encodeOnnx(s,{target:"onnxruntime"}); lap("encode");
const p=await compile(graph,{threads:1}); lap("compile");
const feeds={z0:fromNumbers(new Float64Array(32*12),[32,12]),controls:fromNumbers(new Float64Array(32*problem.intervals*4).fill(2.4),[32,problem.intervals,4]),start:scalar(0)};
await p.run(feeds); lap("first");
for(let i=0;i<50;i++) await p.run(feeds); lap("50 runs");
const p2=await compile(graph,{threads:1,oneShot:true}); lap("compile oneshot");
await p2.run(feeds);lap("f");
for(let i=0;i<50;i++) await p2.run(feeds); lap("50 runs oneshot");
}

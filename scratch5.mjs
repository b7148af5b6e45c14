import { controlTasks } from "./dist/experiments/control/tasks.js";
import { boxStates, fitCorrection, hyper, measureMethod } from "./dist/hypersolver/index.js";
import { referenceEnds } from "./dist/hypersolver/internal.js";
import { heun, fixed } from "./dist/ode/index.js";
import { Random } from "./dist/tensor/index.js";
const t=controlTasks.pendulum; const eps=.2; const f=t.model.field;
const st=boxStates(t.states,{u:t.problem.bounds});
const fit=await fitCorrection(f,{base:"heun",steps:1,span:[0,eps],epsilon:null,iterations:2000,hidden:[32,32],inputs:["z","stages","x"],learningRate:.02,trajectories:16384},{states:st},{threads:1});
for (const [a,b] of [[-6,-4],[-4,-2],[-2,-1],[-1,0],[0,1],[1,2],[2,4],[4,6]]) for (const w of [[-1,1],[4,6]]) { const s=boxStates({low:[a,w[0]],high:[b,w[1]]},{u:t.problem.bounds}).heldOut(300,new Random(9)); const ends=await referenceEnds(f,[0,eps],s,undefined,{threads:1});
 const e=async m=>(await measureMethod(f,m,[0,eps],s,ends,{threads:1})).errors.mean.toExponential(2);
 console.log(a,b,w.join(),"base",await e(fixed(heun,{steps:1})),"hyper",await e(hyper(fit.correction,{steps:1})));}
console.log(fit.losses.filter((_,i)=>i%40==0).map(l=>l.loss.toFixed(1)).join(" "), fit.bestError);
import { solveField } from "./dist/ode/index.js"; import { fromNumbers, toFloat64 } from "./dist/tensor/index.js";
const rows=[]; for (const w of [-3,-2,-1,-.5,-.1,0,.1,.5,1,2,3]) rows.push([.5,w]);
const z0=fromNumbers(rows.flat(),[rows.length,2]); const u=fromNumbers(rows.map(()=>1),[rows.length,1]);
const o=async m=>toFloat64((await solveField(f,z0,{span:[0,eps],method:m,controls:{u},threads:1})).states.at(-1));
const ex=await o("dopri5@1e-6"), hb=await o("heun:1"), hy=await o(hyper(fit.correction,{steps:1})); 
rows.forEach((r,i)=>console.log(r.join(),"R",((ex[2*i]-hb[2*i])/.008).toFixed(2),((ex[2*i+1]-hb[2*i+1])/.008).toFixed(2),"g",((hy[2*i]-hb[2*i])/.008).toFixed(2),((hy[2*i+1]-hb[2*i+1])/.008).toFixed(2)));

import { controlTasks } from "./dist/experiments/control/tasks.js";
import { boxStates, fitCorrection, hyper, measureMethod } from "./dist/hypersolver/index.js";
import { referenceEnds } from "./dist/hypersolver/internal.js";
import { euler, heun, midpoint, rk4, fixed } from "./dist/ode/index.js";
import { Random } from "./dist/tensor/index.js";
const [,,name,base,hid,its,lr,act="silu",traj=16384,batch=512]=process.argv;
const t=controlTasks[name]; const eps=1/t.problem.controlRate;
const st=boxStates(t.states,{u:t.problem.bounds});
const s0=performance.now();
const fit=await fitCorrection(t.model.field,{base,steps:1,span:[0,eps],epsilon:null,iterations:+its,hidden:hid.split(",").map(Number),inputs:(process.env.INP||"z,stages,x").split(","),learningRate:+lr,activation:act,trajectories:+traj,batch:+batch},{states:st},{threads:1});
const secs=(performance.now()-s0)/1000;
const out=[];
for (const [n,box] of [["box",t.states],["starts",t.starts]]) { const s=boxStates(box,{u:{low:t.problem.bounds.low.map((l,i)=>(l+t.problem.bounds.high[i])/2-t.shake*(t.problem.bounds.high[i]-l)/2),high:t.problem.bounds.low.map((l,i)=>(l+t.problem.bounds.high[i])/2+t.shake*(t.problem.bounds.high[i]-l)/2)}}).heldOut(500,new Random(9));
 const ends=await referenceEnds(t.model.field,[0,eps],s,undefined,{threads:1});
 const e=async m=>(await measureMethod(t.model.field,m,[0,eps],s,ends,{threads:1})).errors.mean.toExponential(2);
 out.push(n,"base",await e(fixed(base==="euler"?euler:base==="midpoint"?midpoint:heun,{steps:1})),"hyper",await e(hyper(fit.correction,{steps:1})),"mid",await e(fixed(midpoint,{steps:1})));}
console.log(process.argv.slice(2).join(" "),"|",out.join(" "),secs.toFixed(0)+"s", fit.data.reference.text);

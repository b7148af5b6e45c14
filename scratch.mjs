import { pendulum, cartPole, quadrotor, compileRollout, compileRolloutGradient, compileRecedingHorizon, fieldPlant, runClosedLoop } from "./dist/control/index.js";
import * as g from "./dist/graph/index.js";
import { fromNumbers, Random, toFloat64 } from "./dist/tensor/index.js";
const {square, mul, add, slice, reduceSum, cos, sub} = g;
const q = quadrotor();
const hover=9.81/4;
const col=(z,a,b)=>slice(z,1,a,b);
const problem={ field:q.field, bounds:{low:[0,0,0,0],high:[5,5,5,5]}, controlRate:20, horizon:+process.argv[3]||1,
 stageCost:(z,u)=>add(add(reduceSum(square(col(z,0,3)),1,true), add(mul(reduceSum(square(col(z,3,9)),1,true),.1), mul(reduceSum(square(col(z,9,12)),1,true),.01))), mul(reduceSum(square(sub(u,hover)),1,true),0.01)),
 terminalCost:(z)=>mul(add(reduceSum(square(col(z,0,3)),1,true), mul(reduceSum(square(col(z,3,9)),1,true),.3)),2),
 constraints:(z)=>sub(-0.5, col(z,2,3)) };
const method=process.argv[2]||"rk4:1";
let t=performance.now();
const c=await compileRecedingHorizon(problem, method,{iterations:+process.argv[4],candidates:+process.argv[6]||2,learningRate:+process.argv[5],spread:.05},{threads:1});
console.log("compile",performance.now()-t);
const r=new Random(0);
const P=16; const z0=fromNumbers(Array.from({length:P*12},(_,i)=>i%12<3?3*(r.uniform()-.5):i%12<9?.6*(r.uniform()-.5):0),[P,12]);
const plant=await fieldPlant(q.field);
t=performance.now();
const loop=await runClosedLoop(c,plant,z0,{duration:3});
console.log(loop.status, loop.broken, performance.now()-t, "ms; mean decision", loop.decisions.slice(1).reduce((a,d)=>a+d.milliseconds,0)/(loop.decisions.length-1));
console.log([...loop.cost].map(x=>x.toFixed(3)).join(" "), [...loop.violations.largest].map(x=>x.toFixed(3)).join(" "));
console.log(toFloat64(loop.states.at(-1)).slice(0,24));

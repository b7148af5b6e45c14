import { pendulum, cartPole, quadrotor, compileRecedingHorizon, fieldPlant, runClosedLoop } from "./dist/control/index.js";
import * as g from "./dist/graph/index.js";
import { fromNumbers, Random, toFloat64 } from "./dist/tensor/index.js";
const {square, mul, add, slice, reduceSum, cos, sub, concat, abs, neg} = g;
const c=(z,i)=>slice(z,1,i,i+1); const sum=(...t)=>t.reduce((a,b)=>add(a,b));
const T={
 pendulum:{f:pendulum(),p:pendulum({friction:.3}),d:5,init:(r)=>[(r.uniform()-.5)*2,(r.uniform()-.5)*2],
  problem:{bounds:{low:[-5],high:[5]},controlRate:5,horizon:1.6,
   stageCost:(z,u)=>sum(add(cos(c(z,0)),1),mul(square(c(z,1)),.05),mul(square(u),.005)),
   terminalCost:(z)=>sum(mul(add(cos(c(z,0)),1),2),mul(square(c(z,1)),.1)), constraints:(z)=>sub(abs(c(z,1)),6)}},
 cart:{f:cartPole(),p:cartPole({cartFriction:.5,poleFriction:.01}),d:3,init:(r)=>[1.2*(r.uniform()-.5),1.2*(r.uniform()-.5),(r.uniform()-.5),2*(r.uniform()-.5)],
  problem:{bounds:{low:[-15],high:[15]},controlRate:10,horizon:.8,
   stageCost:(z,u)=>sum(square(c(z,0)),mul(sub(1,cos(c(z,1))),2),mul(square(c(z,2)),.02),mul(square(c(z,3)),.02),mul(square(u),.001)),
   terminalCost:(z)=>sum(mul(square(c(z,0)),2),mul(sub(1,cos(c(z,1))),4),mul(square(c(z,2)),.1),mul(square(c(z,3)),.1)), constraints:(z)=>sub(abs(c(z,0)),1)}},
 quad:{f:quadrotor(),p:quadrotor({drag:.3,angularDrag:.005}),d:3,init:(r)=>[0,0,0,0,0,0,0,0,0,0,0,0].map((_,i)=>i<2?3*(r.uniform()-.5):i==2?1.5*r.uniform():i<9?.6*(r.uniform()-.5):0),
  problem:{bounds:{low:[0,0,0,0],high:[5,5,5,5]},controlRate:10,horizon:.8,
   stageCost:(z,u)=>sum(reduceSum(square(slice(z,1,0,3)),1,true),mul(reduceSum(square(slice(z,1,3,9)),1,true),.1),mul(reduceSum(square(slice(z,1,9,12)),1,true),.01),mul(reduceSum(square(sub(u,9.81/4)),1,true),.01)),
   terminalCost:(z)=>sum(mul(reduceSum(square(slice(z,1,0,3)),1,true),2),mul(reduceSum(square(slice(z,1,3,9)),1,true),.6)), constraints:(z)=>concat([sub(-0.1,c(z,2)), sub(abs(slice(z,1,6,8)),.5)],1)}},
};
const [,,name,method,iterations,lr,cand,spread]=process.argv; const {f,p,d,init,problem}=T[name];
const r=new Random(1); const P=16; const z0=fromNumbers(Array.from({length:P},()=>init(r)).flat(),[P,f.stateNames.length]);
const ctl=await compileRecedingHorizon({field:f.field,...problem},method,{iterations:+iterations,learningRate:+lr,candidates:+cand,spread:+spread},{threads:1});
for(const pl of process.argv[8]==="both"?[f,p]:[f]){
const plant=await fieldPlant(pl.field); const t=performance.now();
const L=await runClosedLoop(ctl,plant,z0,{duration:d});
const ms=L.decisions.slice(1).map(x=>x.milliseconds).sort((a,b)=>a-b);
console.log(name,method,process.argv.slice(4).join(" "),L.status,((performance.now()-t)/1000).toFixed(1)+"s","ms",ms[ms.length>>1].toFixed(1),"cost",([...L.cost].reduce((a,b)=>a+b)/P).toFixed(3),[...L.cost].map(x=>x.toFixed(1)).join(" "),"viol",[...L.violations.intervals].reduce((a,b)=>a+b),Math.max(...L.violations.largest).toFixed(2));
const e=toFloat64(L.states.at(-1)); const n=f.stateNames.length; console.log("  end0",[...e.slice(0,n)].map(x=>x.toFixed(2)).join(" "),"| end1",[...e.slice(n,2*n)].map(x=>x.toFixed(2)).join(" "));
}

import { pendulum, cartPole, quadrotor, fitModelResidual, stepShares, fieldPlant } from "./dist/control/index.js";
import { boxStates, fitCorrection, fitObservedSteps, hyper } from "./dist/hypersolver/index.js";
import { solveField, fixed, rk4, euler, midpoint, heun} from "./dist/ode/index.js";
import { fromNumbers, Random, toFloat64 } from "./dist/tensor/index.js";
const ctx={threads:1};
const S={pendulum:{f:pendulum(),p:pendulum({friction:.3}),rate:10,box:{low:[-5,-8],high:[5,8]},u:{low:[-4],high:[4]}},
 cart:{f:cartPole(),p:cartPole({cartFriction:.5,poleFriction:.01}),rate:20,box:{low:[-2,-3.5,-4,-10],high:[2,3.5,4,10]},u:{low:[-15],high:[15]}},
 quad:{f:quadrotor(),p:quadrotor({drag:.3,angularDrag:.005}),rate:20,box:{low:[-2,-2,-2,-3,-3,-3,-.8,-.8,-3.2,-4,-4,-2],high:[2,2,2,3,3,3,.8,.8,3.2,4,4,2]},u:{low:[0,0,0,0],high:[5,5,5,5]}}};
const name=process.argv[2], it=+process.argv[3]||2000;
const {f,p,rate,box,u}=S[name]; const eps=1/rate;
const states=boxStates(box,{u});
const err=async(field,method,smp,z1)=>{const s=await solveField(field,smp.z0,{span:[0,eps],method,controls:smp.controls,threads:1}); const a=toFloat64(s.states.at(-1)),b=toFloat64(z1); let t=0;const n=z1.shape[0],w=z1.shape[1];for(let i=0;i<n;i++){let q=0;for(let j=0;j<w;j++)q+=(a[i*w+j]-b[i*w+j])**2;t+=Math.sqrt(q);}return (t/n).toExponential(2);};
const test=states.heldOut(1000,new Random(0));
const nom=await fieldPlant(f.field), pl=await fieldPlant(p.field);
const zn=await nom.advance(test.z0,test.controls.u,0,eps), zp=await pl.advance(test.z0,test.controls.u,0,eps);
console.log("truncation: euler",await err(f.field,"euler:1",test,zn),"midpoint",await err(f.field,"midpoint:1",test,zn),"heun",await err(f.field,"heun:1",test,zn),"rk4",await err(f.field,"rk4:1",test,zn), "model error", await err(f.field,"rk4:4",test,zp));
for (const base of ["euler","heun"]) for (const inputs of [["z","stages","x"]]) { const t=performance.now(); const fit=await fitCorrection(f.field,{base,steps:1,span:[0,eps],epsilon:null,iterations:it,hidden:[32,32],inputs,trajectories:16384,activation:"silu",learningRate:.02},{states},ctx); console.log("hyper",base,inputs.join(),await err(f.field,hyper(fit.correction,{steps:1}),test,zn),((performance.now()-t)/1000).toFixed(1),"s",fit.correction.fittedSteps); }
// data
const data=states.training(4096,new Random(5)); const z1=await pl.advance(data.z0,data.controls.u,0,eps);
const steps={z:data.z0,z1,controls:data.controls,epsilon:eps};
let t=performance.now(); const single=await fitObservedSteps(f.field,{base:"euler",iterations:it,hidden:[32,32],inputs:["z","stages","x"],learningRate:.02},steps,ctx);
console.log("single",single.bestError,await err(f.field,hyper(single.correction,{steps:1}),test,zp),((performance.now()-t)/1000).toFixed(1));
t=performance.now(); const res=await fitModelResidual(f.field,{iterations:it,hidden:[32,32]},steps,ctx); console.log("residual",res.nominalError,res.bestError,((performance.now()-t)/1000).toFixed(1), await err(res.field,"rk4:2",test,zp));
t=performance.now(); const g=await fitCorrection(res.field,{base:"euler",steps:1,span:[0,eps],epsilon:null,iterations:it,hidden:[32,32],inputs:["z","stages","x"],trajectories:16384,learningRate:.02},{states},ctx); console.log("g",((performance.now()-t)/1000).toFixed(1));
const m=hyper(g.correction,{steps:1});
console.log("multi",await err(res.field,m,test,zp));
console.log(await stepShares(f.field,res.field,m,{z:test.z0,z1:zp,controls:test.controls,epsilon:eps},ctx));

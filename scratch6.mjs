import { boxStates } from "./dist/hypersolver/index.js"; import { Random,toFloat64 } from "./dist/tensor/index.js";
const s=boxStates({low:[-6,-9],high:[6,9]},{u:{low:[-5],high:[5]}}).training(16384,new Random(0));
const z=toFloat64(s.z0),u=toFloat64(s.controls.u);
const h=Array.from({length:9},()=>[0,0,0]); 
for(let i=0;i<16384;i++){const w=z[2*i+1]; const b=Math.min(8,Math.floor((w+9)/2)); h[b][0]++; h[b][1]+=u[i]; h[b][2]+=u[i]*u[i];}
console.log(h.map(([n,a,q])=>[n,(a/n).toFixed(2),Math.sqrt(q/n-(a/n)**2).toFixed(2)].join(" ")));
const c=(f,g)=>{let a=0,b=0,ab=0,aa=0,bb=0;for(let i=0;i<16384;i++){const x=f(i),y=g(i);a+=x;b+=y;ab+=x*y;aa+=x*x;bb+=y*y;}const n=16384;return ((ab/n-a*b/n/n)/Math.sqrt((aa/n-a*a/n/n)*(bb/n-b*b/n/n))).toFixed(3)};
console.log(c(i=>z[2*i],i=>z[2*i+1]),c(i=>z[2*i],i=>u[i]),c(i=>z[2*i+1],i=>u[i]),c(i=>Math.abs(z[2*i+1]),i=>Math.abs(u[i])));

"""Tables of diffusers' flow schedulers: sigmas, timesteps and the states of a toy sampling run.

The toy model is `velocity(x, sigma) = cos(3 x) + sigma - 0.3 x` on a fixed start, evaluated in
float64 on the float32 state, so that any other implementation can repeat it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler, FlowMatchEulerDiscreteScheduler

STEPS = (1, 2, 3, 5, 10, 14, 15, 20, 30, 50)
START = (1.5, -0.75, 0.25, 0.0, -2.0, 0.875)


def toy_velocity(sample: torch.Tensor, sigma: float) -> torch.Tensor:
    x = sample.double()
    return (torch.cos(3 * x) + sigma - 0.3 * x).float()


def sampled(scheduler: Any) -> list[list[float]]:
    """States after every step of the toy model."""
    sample = torch.tensor(START, dtype=torch.float32)
    states = []
    for index, timestep in enumerate(scheduler.timesteps):
        velocity = toy_velocity(sample, float(scheduler.sigmas[index]))
        sample = scheduler.step(velocity, timestep, sample, return_dict=False)[0]
        states.append([float(value) for value in sample])
    return states


def table(scheduler: Any, steps: int) -> dict[str, Any]:
    return {
        "steps": steps,
        "sigmas": [float(sigma) for sigma in scheduler.sigmas],
        "timesteps": [float(timestep) for timestep in scheduler.timesteps],
        "states": sampled(scheduler),
    }


def euler(steps: int, shift: float) -> dict[str, Any]:
    scheduler = FlowMatchEulerDiscreteScheduler(shift=shift)
    scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps).tolist())
    return {"shift": shift, **table(scheduler, steps)}


def dpm_solver(steps: int, flow_shift: float) -> dict[str, Any]:
    scheduler = DPMSolverMultistepScheduler(
        algorithm_type="dpmsolver++",
        solver_order=2,
        solver_type="midpoint",
        prediction_type="flow_prediction",
        use_flow_sigmas=True,
        flow_shift=flow_shift,
        lower_order_final=True,
        final_sigmas_type="zero",
    )
    scheduler.set_timesteps(steps)
    # By position: the solver looks its step up by integer timesteps, which may repeat.
    scheduler.set_begin_index(0)
    return {"flowShift": flow_shift, **table(scheduler, steps)}


def dpm_solver_from_one(steps: int) -> dict[str, Any]:
    """The same solver over the sigmas of the released Euler scheduler, linspace(1, 1 / n, n)."""
    scheduler = DPMSolverMultistepScheduler(
        solver_order=2, prediction_type="flow_prediction", use_flow_sigmas=True
    )
    scheduler.set_timesteps(steps)
    scheduler.sigmas = torch.tensor([*np.linspace(1.0, 1 / steps, steps), 0.0], dtype=torch.float32)
    scheduler.timesteps = scheduler.sigmas[:-1] * 1000
    scheduler.set_begin_index(0)
    return table(scheduler, steps)


def write(out_dir: Path) -> None:
    tables = {
        "start": START,
        "euler": [euler(steps, shift) for shift in (1.0, 3.0) for steps in STEPS],
        "dpmSolver": [dpm_solver(steps, shift) for shift in (1.0, 3.0) for steps in STEPS],
        "dpmSolverFromOne": [dpm_solver_from_one(steps) for steps in STEPS],
    }
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / "schedulers.json").write_text(json.dumps(tables, separators=(",", ":")) + "\n")

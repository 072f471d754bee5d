import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  HttpException,
  Inject,
  Injectable,
  UseGuards,
} from '@nestjs/common'
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger'
import { type Guard, GuardError } from '@sessionward/guard'
import { Public, SESSIONWARD_GUARD } from '@sessionward/guard/nestjs'

/** Refuses as old systems do that know nothing of challenges and codes: 419 and a sentence, as Laravel has it. */
@Injectable()
export class OldGuard implements CanActivate {
  readonly #guard: Guard

  constructor(@Inject(SESSIONWARD_GUARD) guard: Guard) {
    this.#guard = guard
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    try {
      await this.#guard.check(context.switchToHttp().getRequest())
      return true
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      throw new HttpException({ message: 'Page Expired' }, 419)
    }
  }
}

/** A part of the system that is older than the rest. The global guard leaves it alone, and it has its own. */
@ApiTags('old stock')
@ApiSecurity('bearer')
@Controller('api/old-stock')
@Public()
@UseGuards(OldGuard)
export class OldStockController {
  @Get()
  @ApiOperation({ summary: 'What is in stock. Answers 419 where the access token has expired' })
  list() {
    return { 'Paper, A4': 120, 'Ink, black': 4 }
  }
}
